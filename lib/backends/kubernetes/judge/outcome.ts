import type { CauseCode } from "../../../runs/cause.ts";

/** Of these the command itself is the author; everything else is done to it. */
const OWN_DOING: ReadonlySet<CauseCode> = new Set([
  "Exit",
  "Signal",
  "OOMKilled",
  "DeadlineExceeded",
  "StorageExceeded",
]);

export const outcomeOfCause = (code: CauseCode): "failed" | "crashed" =>
  OWN_DOING.has(code) ? "failed" : "crashed";
