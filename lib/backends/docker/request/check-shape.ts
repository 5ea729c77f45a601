import { isRecord } from "../../../runs/canonical-json.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { foldKey } from "./fold-key.ts";
import type { Shape } from "./shape.ts";

/**
 * Every place where a value is not of its type, as the engine's decoder would refuse it: that takes `null` anywhere, and
 * a key in any case. Keys that the shape does not have are not looked at. A message names types and no value.
 */
export function checkShape(value: unknown, shape: Shape, path: string): Problem[] {
  if (value === null || shape === "any") return [];
  if (typeof shape === "string") return isOf(value, shape) ? [] : [mismatch(value, shape, path)];
  if (isList(shape)) {
    if (!Array.isArray(value)) return [mismatch(value, "array", path)];
    return value.flatMap((item, index) => checkShape(item, shape[0], joinPath(path, [index])));
  }
  if (!isRecord(value)) return [mismatch(value, "object", path)];
  const shapes = new Map(Object.entries(shape).map(([key, one]) => [foldKey(key), one]));
  return Object.entries(value).flatMap(([key, one]) =>
    checkShape(one, shapes.get("*") ?? shapes.get(foldKey(key)) ?? "any", joinPath(path, [key])),
  );
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

function isOf(value: unknown, name: Extract<Shape, string>): boolean {
  if (name === "integer") return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63;
  if (name === "strings") return [value].flat().every((one) => typeof one === "string");
  return name === "object" ? isRecord(value) : typeof value === name;
}

const NOUNS: Partial<Record<string, string>> = {
  integer: "a whole number",
  strings: "a string or an array of strings",
};

function mismatch(value: unknown, expected: string, path: string): Problem {
  const got = Array.isArray(value) ? "array" : typeof value;
  const isNumber = expected === "integer" && got === "number";
  const noun = NOUNS[expected] ?? expected;
  return {
    path,
    message: isNumber ? `expected ${noun} of 64 bits` : `expected ${noun}, got ${got}`,
  };
}
