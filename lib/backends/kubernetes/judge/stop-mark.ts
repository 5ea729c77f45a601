import * as z from "zod/mini";
import { Cause, type CauseCode, causeOf } from "../../../runs/cause.ts";
import type { Ended } from "../../../runs/observation.ts";
import type { Job } from "../api/api-types.ts";
import { ANNOTATIONS, PREFIX } from "../markers.ts";
import { outcomeOfCause } from "./outcome.ts";

/** On a Job that we stopped: why, written before anything is done about it, so that everybody judges its end alike. */
export const STOP_ANNOTATION = `${PREFIX}stop`;

export const StopMark = z.object({
  cause: Cause,
  /** When it was written, by the API server's clock, ISO 8601. */
  at: z.string(),
  /** How often the command had been started by then: its pods will be gone. */
  attempts: z.int().check(z.nonnegative()),
  startedAt: z.optional(z.string()),
  /** That of the container that kept the command from being started. */
  statusCode: z.optional(z.int()),
});
export type StopMark = z.infer<typeof StopMark>;

/** undefined where nobody stopped it; `broken` where somebody wrote something else there. */
export function readStopMark({ metadata }: Job): StopMark | "broken" | undefined {
  const annotations = metadata?.annotations ?? {};
  const text = annotations[STOP_ANNOTATION];
  if (text !== undefined) return parse(text);
  const reason = annotations[ANNOTATIONS.cancelReason];
  if (reason === undefined) return undefined;
  const message = annotations[ANNOTATIONS.cancelMessage] ?? "";
  const at = metadata?.creationTimestamp ?? "";
  const cause = Cause.safeParse(causeOf(reason as CauseCode, message));
  return cause.success ? { cause: cause.data, at, attempts: 0 } : "broken";
}

function parse(text: string): StopMark | "broken" {
  try {
    return StopMark.safeParse(JSON.parse(text)).data ?? "broken";
  } catch {
    return "broken";
  }
}

/** How a run that was stopped for this cause has ended. */
export function outcomeOf(code: CauseCode): Exclude<Ended["outcome"], "completed"> {
  if (code === "Cancelled") return "cancelled";
  if (code === "Conflict") return "rejected";
  return outcomeOfCause(code);
}
