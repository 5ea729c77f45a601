import { isRecord } from "../../runs/canonical-json.ts";
import { quote } from "../../runs/quote.ts";
import { readOwnYaml } from "../../yaml/read-yaml.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import { UsageError } from "../usage-error.ts";

/** One `--set path=value`. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Keys below which every value is a string, whatever it looks like: `--set infrastructure.env.DEBUG=1`. */
const STRING_MAPS = new Set(["env", "labels"]);

/**
 * `infrastructure.command.0=echo` or `infrastructure.env.DEBUG=1`: dots part the path (`\.` is a dot inside a key), list
 * items go by index, and the value is typed as YAML would type it, save in `env` and `labels`, whose values are strings
 * (`null` stays null there). Throws a UsageError.
 */
export function parseAssignment(text: string): Assignment {
  const equals = text.indexOf("=");
  const path = splitPath(equals < 0 ? text : text.slice(0, equals));
  if (equals < 0) throw refuse(text, "has no =");
  if (path.some((key) => key === "")) throw refuse(text, "has an empty part in its path");
  if (path.includes("__proto__")) throw refuse(text, "names __proto__");
  return { path, value: typeValue(text, text.slice(equals + 1), path) };
}

/** A copy of the document with the value in its place; what is missing on the way is made. Throws a UsageError. */
export function assign(document: unknown, { path, value }: Assignment): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document)) return assignItem(document, key, { path: rest, value });
  const record = isRecord(document) ? document : {};
  const below = Object.hasOwn(record, key) ? record[key] : undefined;
  return { ...record, [key]: assign(below, { path: rest, value }) };
}

function assignItem(list: readonly unknown[], key: string, rest: Assignment): unknown[] {
  const index = Number(key);
  if (!Number.isInteger(index) || index < 0 || index > list.length)
    throw new UsageError(
      `--set: ${quote(key)} is no index of a list of ${list.length}`,
      `Give a number from 0 to ${list.length}; the last one appends.`,
    );
  return list.toSpliced(index, 1, assign(list[index], rest));
}

/** `a.b[0].c` and `a.b.0.c` alike. */
const splitPath = (path: string) =>
  path
    .replace(/\[(\d+)\]/g, ".$1")
    .split(/(?<!\\)\./)
    .map((key) => key.replaceAll("\\.", "."));

function typeValue(assignment: string, text: string, path: readonly string[]): unknown {
  const isText = path.slice(0, -1).some((key) => STRING_MAPS.has(key));
  if (isText) return text === "null" ? null : text;
  if (text.trim() === "") return text;
  try {
    const documents = readOwnYaml(text, path);
    if (documents.length !== 1) throw refuse(assignment, "is more than one YAML document");
    return documents[0];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const reason = error.problems.map(({ message }) => message).join("; ");
    throw refuse(assignment, `cannot be read: ${reason}`);
  }
}

/** Of an assignment its path alone is shown. */
const refuse = (text: string, why: string) =>
  new UsageError(
    `--set ${quote(text.replace(/=.*$/s, ""))} ${why}`,
    "Write it as path=value: --set infrastructure.env.DEBUG=1",
  );
