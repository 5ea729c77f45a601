/** What can go wrong with one call. */
export const FAULTS = [
  "refused",
  "dropped before",
  "dropped after",
  "429",
  "500",
  "503",
  "403",
  "hang",
  "truncated",
  "duplicated",
] as const;
export type FaultKind = (typeof FAULTS)[number];
