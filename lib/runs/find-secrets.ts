import { isRecord } from "./canonical-json.ts";
import { isSecretName } from "./redact.ts";

/**
 * The secrets that a value holds at any depth: what stands under the name of a secret, in a list of variables as well,
 * and what a text says to be one, be it a command line, an address with a password or JSON. Engines repeat what they
 * refuse, so whatever is found here is masked in what they say.
 */
export function findSecrets(value: unknown): string[] {
  return [...new Set(inValue(value, false, 0))];
}

/** No request is allowed to nest so deep; texts of JSON inside of it could. */
const MAX_DEPTH = 100;

function inValue(value: unknown, isSecret: boolean, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") return isSecret ? [value] : inText(value, depth);
  if (Array.isArray(value)) return inList(value, isSecret, depth);
  if (!isRecord(value)) return [];
  const { name, value: named } = value;
  const isSecretVariable = typeof name === "string" && isSecretName(name);
  return Object.entries(value).flatMap(([key, inner]) => [
    ...inText(key, depth),
    ...inValue(inner, namesSecret(key) || (inner === named && isSecretVariable), depth + 1),
  ]);
}

/** Manifests refer to secrets by these; their values are names that an error should show. */
const REFERENCES: ReadonlySet<string> = new Set(["key", "secretName"]);

/** Whether what stands under a key of a request is a secret as a rule. */
export const namesSecret = (key: string): boolean => isSecretName(key) && !REFERENCES.has(key);

/** `--password hunter2` as two arguments. */
function inList(list: readonly unknown[], isSecret: boolean, depth: number): string[] {
  return list.flatMap((item, index) => {
    const before = list[index - 1];
    const isNamed =
      typeof before === "string" && /^--?[\w-]+$/.test(before) && isSecretName(before);
    return inValue(item, isSecret || isNamed, depth + 1);
  });
}

/** Longer texts are no command lines; an engine that repeats one is cut long before its end. */
const MAX_READ = 65_536;

function inText(text: string, depth: number): string[] {
  const read = text.slice(0, MAX_READ);
  if (!/[=:@\s]/.test(read)) return [];
  const inside = parsed(read);
  if (inside !== undefined) return inValue(inside, false, depth + 1);
  return [...wholeAssignment(read), ...afterNames(read), ...credentials(read)];
}

/** An entry of an environment or one argument: the rest of it, with white space in it. */
function wholeAssignment(text: string): string[] {
  const [, name = "", value = ""] = /^(?:--?)?([\w.-]{1,128})=(.+)$/s.exec(text) ?? [];
  return isSecretName(name) ? [value] : [];
}

/** `NAME=`, `name: `, `"name":"` and `--name `: what follows is the value. */
const NAMES =
  /([\w-]{1,128})["'\\]{0,4}[ \t]{0,4}(?:=|:(?=[\s"'\\]))[ \t]{0,4}\\?(["']?)|(?<=^|\s)--?([\w-]{1,128})[ \t]{1,4}(["']?)(?!-)/g;

function afterNames(text: string): string[] {
  return [...text.matchAll(NAMES)].flatMap(({ 0: found, index, 1: name, 2: mark, 3: option }) =>
    isSecretName(name ?? option ?? "") ? valueAt(text, index + found.length, mark) : [],
  );
}

const MAX_VALUE = 4_096;

/** To the end of its quotes where it has some. */
function valueAt(text: string, start: number, mark = ""): string[] {
  const rest = text.slice(start, start + MAX_VALUE);
  const quoted = mark && rest.slice(0, rest.indexOf(mark)).replace(/\\$/, "");
  const [word] = /^[^\s"'\\,;&}]+/.exec(rest) ?? [];
  return [quoted, word].filter((value) => value !== undefined).filter((value) => value !== "");
}

const USER_AND_PASSWORD = /(?<=^|[\s"'=/])[\w.-]{0,128}:([^\s/@:"']{1,512})@(?!sha\d)/g;
const AUTHORIZATION = /\b(?:Bearer|Basic)\s{1,8}([\w.~+/=-]{8,2048})/gi;

const credentials = (text: string) =>
  [USER_AND_PASSWORD, AUTHORIZATION].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, secret = ""]) => secret),
  );

/** What a text of JSON says; undefined where it is none. */
function parsed(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
