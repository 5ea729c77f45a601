import type { CancelReason } from "../backend.ts";
import type { Marked } from "./marks.ts";

/** Why a run is to end, as its stop mark says. */
export type StopReason =
  | CancelReason
  | "DeadlineExceeded"
  | "NeverStarted"
  | "ConfigError"
  | "AdmissionDenied";

export interface StopOrder {
  readonly reason: StopReason;
  readonly message: string;
  readonly graceSeconds: number;
}

/** What a stop mark orders; one that says nothing is a cancel. */
export function stopOrderOf(stop: Marked): StopOrder {
  return {
    reason: (stop.say("reason") as StopReason | undefined) ?? "Cancelled",
    message: stop.say("message") ?? "it was stopped",
    graceSeconds: Number(stop.say("grace") ?? 10) || 0,
  };
}

export const saysOf = ({ reason, message, graceSeconds }: StopOrder) => ({
  reason,
  message: message.slice(0, 4_096),
  grace: String(graceSeconds),
});
