import { isRecord } from "./canonical-json.ts";
import { isSecretName } from "./redact.ts";

/**
 * The secrets that a value holds at any depth: what stands under the name of a secret, in a list of variables as well,
 * and what a text says to be one, be it a command line, an address with a password or JSON. Engines repeat what they
 * refuse, so whatever is found here is masked in what they say.
 */
export function findSecrets(value: unknown): string[] {
  return inValue(value, false, 0);
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

const namesSecret = (key: string) => isSecretName(key) && !REFERENCES.has(key);

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
  return [
    ...wholeAssignment(read),
    ...PATTERNS.flatMap((pattern) => [...read.matchAll(pattern)].flatMap(secretOf)),
  ];
}

/** An entry of an environment or one argument: the rest of it, with white space in it. */
function wholeAssignment(text: string): string[] {
  const [, name = "", value = ""] = /^(?:--?)?([\w.-]{1,128})=(.+)$/s.exec(text) ?? [];
  return isSecretName(name) ? [value] : [];
}

const PATTERNS = [
  /([\w-]{1,128})["'\\]{0,4}\s{0,4}(?:=|:(?=[\s"'\\]))\s{0,4}["'\\]{0,4}([^\s"'\\,;&}]{1,4096})/g, // NAME=value, name: value
  /(?:^|\s)--?([\w-]{1,128})\s{1,4}["'\\]{0,4}([^\s"'\\-][^\s"'\\]{0,4096})/g, // --name value
  /(?:^|[\s"'=/])([\w.-]{0,128}):([^\s/@:"']{1,512})@(?!sha\d)/g, // user:password@
  /\b(Bearer|Basic)\s{1,8}([\w.~+/=-]{8,2048})/gi,
] as const;

const ALWAYS = /^(?:bearer|basic)$/i;

function secretOf({ 0: found, 1: name = "", 2: value = "" }: RegExpMatchArray): string[] {
  return found.endsWith("@") || ALWAYS.test(name) || isSecretName(name) ? [value] : [];
}

/** What a text of JSON says; undefined where it is none. */
function parsed(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
