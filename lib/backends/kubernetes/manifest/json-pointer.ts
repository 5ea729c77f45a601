import jsonPatch from "fast-json-patch";
import { isRecord } from "../../../runs/canonical-json.ts";
import { quoteKey } from "../../../runs/quote.ts";

/** RFC 6901: the keys that a pointer names, from the outermost. */
export function parsePointer(pointer: string): string[] {
  const keys = pointer.split("/").slice(1);
  return pointer.includes("~") ? keys.map(jsonPatch.unescapePathComponent) : keys;
}

export function toPointer(keys: readonly string[]): string {
  return keys.map((key) => `/${jsonPatch.escapePathComponent(key)}`).join("");
}

/** A pointer as messages show it. */
export const quotePointer = (keys: readonly string[]): string => toPointer(keys.map(quoteKey));

/** The value at a place; undefined where there is none. No JSON value is undefined. */
export function valueAt(document: unknown, keys: readonly string[]): unknown {
  return keys.reduce(child, document);
}

function child(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return isIndex(key) ? value[Number(key)] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Digits without leading zeros, as RFC 6901 has it. */
export function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(key);
}

/** Whether one place is the other or stands inside it. */
export function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.every((key, index) => inner[index] === key);
}
