import { causeOf } from "../../../runs/cause.ts";
import type { Observation, ObservedRun } from "../../../runs/observation.ts";
import { mask } from "../../../runs/redact.ts";
import type { ContainerState } from "../api/engine-answers.ts";
import { isPassing } from "../api/refusal.ts";
import type { StopReason } from "../stop-order.ts";
import { type End, writeReceipt } from "./end.ts";

/** What a run is that was ended for a reason. */
export const OUTCOMES: Readonly<Record<StopReason, End["outcome"]>> = {
  Cancelled: "cancelled",
  Conflict: "rejected",
  SubmissionFailed: "crashed",
  NeverStarted: "crashed",
  ConfigError: "crashed",
  AdmissionDenied: "crashed",
  DeadlineExceeded: "failed",
};

export const GONE = "its container was removed before its end could be read";

/** The engine tried and wrote down why it could not. */
export function startFailed(state: ContainerState, secrets: readonly string[]): End {
  const message = `it could not be started: ${mask(state.Error, secrets).slice(0, 2_000)}`;
  const code = isPassing(state.Error) ? "NeverStarted" : "ConfigError";
  const failed = end("crashed", code, message);
  return { ...failed, statusCode: state.ExitCode };
}

export function neverStarted(state: ContainerState): End {
  const message = `the engine reports that it exited (${state.ExitCode}), but not that it ever started`;
  return end("crashed", "NeverStarted", message);
}

export function end(
  outcome: End["outcome"],
  code: StopReason | "Removed",
  message: string,
  rest: Partial<End> = {},
): End {
  return {
    outcome,
    statusCode: -1,
    cause: causeOf(code, message),
    startedAt: undefined,
    finishedAt: undefined,
    attempts: 0,
    ...rest,
  };
}

/** An end, with itself as the revision: the receipt that settling keeps. */
export function ended(run: ObservedRun, how: End): Observation {
  const { uid, createdAt } = run;
  return {
    state: "ended",
    run: { ...run, revision: writeReceipt({ uid, createdAt, end: how }) },
    ...how,
  };
}
