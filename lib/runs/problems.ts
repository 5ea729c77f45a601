import type * as z from "zod";
import { isRecord } from "./canonical-json.ts";
import type { Problem } from "./launch-error.ts";
import { isSecretName } from "./redact.ts";

const SHOWN_CHARACTERS = 80;

/** What zod found, each as a path and a sentence that names the value, save where the value may be a secret. */
export function toProblems(error: z.ZodError, input: unknown, at = ""): Problem[] {
  return error.issues.flatMap((issue) => flatten(issue, input, at));
}

function flatten(issue: z.core.$ZodIssue, input: unknown, at: string): Problem[] {
  const path = joinPath(at, issue.path);
  const value = valueAt(input, issue.path);
  const known = issue.code === "unrecognized_keys" ? issue.keys : undefined;
  if (known)
    return known.map((key) => ({ path: joinPath(path, [key]), message: "is not a known field" }));
  const expected = lowerFirst(issue.message.replace(/^Invalid input: /, ""));
  if (value === undefined) return [{ path, message: `is required: ${expected}` }];
  return [{ path, message: `${expected}, got ${show(value, issue.path)}` }];
}

export function joinPath(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, at);
}

/** A value as an error shows it: JSON, cut, and nothing of it where its place or name says it may be a secret. */
export function show(value: unknown, path: readonly PropertyKey[]): string {
  const secret = path.some((key) => key === "env" || isSecretName(String(key)));
  if (secret || isRecord(value)) return `a value of type ${typeOf(value)}`;
  const json = JSON.stringify(value) ?? typeOf(value);
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}…` : json;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
