import { isRecord } from "./canonical-json.ts";
import { findSecrets } from "./find-secrets.ts";
import { isSecretName } from "./redact.ts";

/**
 * Whatever a message repeats of a value that somebody sent, it repeats through here: a value in an unexpected place may be
 * a whole request in JSON, a command line with a password in it, or a token. A text is shown only where it is made of
 * words and numbers, as names, addresses and versions are; of everything else the kind and the size are told.
 */

export type Path = readonly PropertyKey[];

/**
 * What a place is for: a name holds no colon, so that `user:password` in its place is not shown; the path of a file may be
 * made of anything, but of no JSON and no variables.
 */
type Expected = "name" | "address" | "path";

const MAX_SHOWN = { name: 60, address: 200, path: 300 } as const;

/** A value as a message shows it: a plain text in quotes (a path without), a number, or its kind and size. */
export function quote(value: unknown, path: Path = [], expected: Expected = "name"): string {
  if (path.some(isSecretPlace)) return kindOf(value);
  if (typeof value === "string") return quoteText(value, expected);
  return isScalar(value) && !path.some(isCommand) ? String(value) : kindOf(value);
}

function quoteText(text: string, expected: Expected): string {
  if (!isPlain(text, expected)) return `a text of ${text.length} characters`;
  return expected === "path" ? text : JSON.stringify(text);
}

/** A key as a path shows it: what is no name of anything may be a secret as well. */
export function quoteKey(key: string): string {
  const isIdentifier = /^[\w-]{1,64}$/.test(key) && !looksRandom(key);
  if (isIdentifier || isPlain(key, "name")) return key;
  const variable = /^([A-Za-z_]\w{0,63})=/.exec(key)?.[1];
  return variable ? `${quoteKey(variable)}=…` : `a name of ${key.length} characters`;
}

const kindOf = (value: unknown) => `a value of type ${typeOf(value)}`;

const isSecretPlace = (key: PropertyKey) => key === "env" || isSecretName(String(key));

/** A number in a command may be a PIN. */
const COMMANDS: ReadonlySet<PropertyKey> = new Set(["command", "args", "entrypoint"]);
const isCommand = (key: PropertyKey) => COMMANDS.has(key);

function isPlain(text: string, expected: Expected): boolean {
  if (text.length > MAX_SHOWN[expected]) return false;
  if (expected === "path") return PATH.test(text) && findSecrets(text).length === 0;
  if (expected === "name" && namesSecret(text)) return false;
  const parts = (expected === "name" ? withoutScheme(text) : withoutColons(text)).split(SEPARATORS);
  return parts.every((part) => part === "" || isWord(part)) || QUANTITY.test(text);
}

/** A file, or the URL of a queue: no user in it, no parameters, no quotes, no colon but behind a scheme or before a port. */
const PATH = /^(?:[^\p{Cc}{}"'=@?#;|&<>$`:]|:(?=\/\/|\\|\d{1,5}(?:\/|$)))+$/u;

/** `5 minutes`, `1,5 GB` */
const QUANTITY = /^\d{1,12}(?:[.,]\d{1,6})? ?\p{L}{0,10}$/u;

/** `password/…`: the name of a secret and behind it what may be the secret. */
function namesSecret(text: string): boolean {
  return [...text.matchAll(/([\w-]+)[:/@,.](?=.)/g)].some(([, word = ""]) => isSecretName(word));
}

/** `tcp://10.0.0.1:2375`, say, where the name of a host was expected. */
const withoutScheme = (text: string) =>
  text.replace(/^[a-z]{1,10}:\/\/([\w.-]+)(?::\d{1,5})?(?=\/|$)/, "$1");

const DIGEST = /@sha(?:256|512):[0-9a-f]{1,128}$/;

/** An image, a volume, a host: the colons in it part words, save where they part a user from a password. */
function withoutColons(text: string): string {
  const named = text.replace(DIGEST, "");
  return /:[^/]*@/.test(named) ? named : named.replaceAll(":", "/");
}

const SEPARATORS = /[-_.,/\\+~@]/;

/** Texts between separators that are no tokens and no passwords of the usual kinds. */
const WORDS = [
  /^[A-Z]?[a-z]{1,20}\d{0,6}$/, // most of them: a cold start need not compile the classes of Unicode
  /^\p{Lu}?\p{Ll}{1,20}(?:\p{Lu}\p{Ll}{1,20})*\d{0,6}$/u, // word, camelCase, python3
  /^\p{Lu}{1,20}\d{0,6}$/u,
  /^\p{Ll}{1,8}\d{1,6}\p{Ll}{1,8}\d{0,4}$/u, // v1beta1
  /^\d{1,12}\p{L}{0,8}$/u, // 3, 512m
  /^[A-Za-z]{1,4}$/, // NaN, mTLS
  /^\p{Lo}{1,20}$/u, // scripts without capitals
  /^[0-9a-f]{1,12}$/, // the short hash of a commit
];

/** Whether a text holds a run of letters and digits as tokens have them, and neither words nor identifiers. */
export const looksRandom = (text: string): boolean =>
  (text.match(/[A-Za-z\d]{12,}/g) ?? []).some(
    (run) => /\d/.test(run) && /[A-Za-z]/.test(run) && !isWord(run),
  );

const isWord = (text: string) => WORDS.some((word) => word.test(text));

const isScalar = (value: unknown) =>
  value == null || typeof value === "number" || typeof value === "boolean";

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (isRecord(value)) return "object";
  return Array.isArray(value) ? "array" : typeof value;
}
