import { isRecord } from "../../../runs/canonical-json.ts";

/**
 * What a manifest may say in the fields that our promises depend on. A field that is absent or null is the cluster's to
 * default and always fine, unless the rule is `required`.
 */
export interface JobRule {
  readonly pointer: string;
  readonly expected: string;
  readonly required?: boolean;
  accepts(value: unknown): boolean;
}

export const exactly = (pointer: string, value: string): JobRule => ({
  pointer,
  expected: value,
  required: true,
  accepts: (actual) => actual === value,
});

export const integer = (pointer: string, min: number, max: number): JobRule => ({
  pointer,
  expected: `a whole number from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});

export const object = (pointer: string): JobRule => ({
  pointer,
  expected: "an object",
  required: true,
  accepts: isRecord,
});

export const absent = (pointer: string, because: string): JobRule => ({
  pointer,
  expected: `none: ${because}`,
  accepts: isEmpty,
});

const isEmpty = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
