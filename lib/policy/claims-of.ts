import { isRecord } from "../runs/canonical-json.ts";
import type { Claim, RuleId } from "./claim.ts";

/** Whatever is no object claims nothing; the cluster refuses it where it must be one. */
export const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

export const asList = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(asRecord) : [];

/** One claim for each of the fields that is there. */
export function claimsOf(
  rule: RuleId,
  record: Readonly<Record<string, unknown>>,
  at: string,
  ...fields: readonly string[]
): Claim[] {
  return fields
    .filter((field) => record[field] !== undefined && record[field] !== null)
    .map((field) => ({ rule, path: `${at}/${field}`, value: record[field] }));
}
