import { en } from "zod/locales";
import * as z from "zod/mini";
import type { Problem } from "./launch-error.ts";
import { type Path, quote, quoteKey } from "./quote.ts";

/** The words for what is wrong: zod/mini has none of its own. */
z.config(en());

/** What zod found, each as a path and a sentence that names the value, save where the value may be a secret. */
export function toProblems(error: z.core.$ZodError, input: unknown, at = ""): Problem[] {
  return error.issues.flatMap((issue) => explain(issue, { input, at, above: [] }));
}

interface Place {
  readonly input: unknown;
  /** Where the input itself stands. */
  readonly at: string;
  /** The path from the input to the union whose branch this is. */
  readonly above: Path;
}

function explain(issue: z.core.$ZodIssue, place: Place): Problem[] {
  const here = [...place.above, ...issue.path];
  const path = joinPath(place.at, here);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: joinPath(path, [key]),
      message: "is not a known field",
    }));
  if (issue.code === "invalid_key")
    return [{ path, message: wordsOf(issue.issues[0]) ?? "is not a valid name" }];
  const branch = issue.code === "invalid_union" ? intended(issue.errors) : undefined;
  if (branch) return branch.flatMap((inner) => explain(inner, { ...place, above: here }));
  return [{ path, message: sentence(wordsOf(issue) ?? "", valueAt(place.input, here), here) }];
}

function sentence(expected: string, value: unknown, path: Path): string {
  if (value === undefined) return `is required: ${expected}`;
  return `${expected}, got ${quote(value, path)}`;
}

/** The branch of a union that was meant: its outermost shape fits. undefined where none does. */
function intended(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  return branches
    .filter((issues) => issues.every(({ path }) => path.length > 0))
    .sort((one, other) => one.length - other.length)[0];
}

/** What was expected, without what zod says of the value: that is said here, with care for secrets. */
function wordsOf(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (!issue) return undefined;
  if (issue.code === "invalid_union" && issue.message === "Invalid input")
    return `expected ${[...new Set(issue.errors.map((branch) => nounOf(branch[0])))].join(" or ")}`;
  if (issue.code === "invalid_value") return `expected ${listed(issue.values)}`;
  const words = issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/s, "");
  return lowerFirst(words)
    .replace(/^invalid discriminator value\. Expected /, "expected one of ")
    .replace(/^too (?:small|big): /, "")
    .replace(/^expected record$/, "expected object")
    .replace(/^expected nonoptional$/, "expected a value");
}

function nounOf(issue: z.core.$ZodIssue | undefined): string {
  return (wordsOf(issue) ?? "something else").replace(/^expected /, "");
}

function listed(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? words.join() : `one of ${words.join(", ")}`;
}

/** `a.b[0]["c/d"]`: a key that is no plain word stands in brackets. */
export function joinPath(at: string, path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = quoteKey(String(key));
    if (name !== key) return `${text}[${name}]`;
    if (!/^[\w-]+$/.test(name)) return `${text}["${name}"]`;
    return text ? `${text}.${name}` : name;
  }, at);
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
