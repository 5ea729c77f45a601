import type { Cause } from "../runs/cause.ts";
import { type Result, type ResultData, type State, TERMINAL_STATES } from "../runs/result.ts";

type Of<S extends State, Particulars = object> = Result & {
  readonly data: ResultData & { readonly state: S } & Particulars;
};
type Unsuccessful = { readonly status_code: number; readonly cause: Cause };

export type SubmittedResult = Of<"submitted", { readonly identifier: string }>;
export type CompletedResult = Of<"completed", { readonly status_code: 0 }>;
export type FailedResult = Of<"failed", Unsuccessful>;
export type CrashedResult = Of<"crashed", Unsuccessful>;
export type CancelledResult = Of<"cancelled", Unsuccessful>;
export type RejectedResult = Of<"rejected", { readonly cause: Cause }>;
export type DelayedResult = Of<"delayed", { readonly cause: Cause }>;

/** The infrastructure exists. */
export const isSubmitted = (result: Result): result is SubmittedResult =>
  result.data.state === "submitted";
/** Its command exited with code 0. */
export const isCompleted = (result: Result): result is CompletedResult =>
  result.data.state === "completed";
/** Its command exited with another code, or was killed by its own doing. */
export const isFailed = (result: Result): result is FailedResult => result.data.state === "failed";
/** The infrastructure failed it. `data.cause.retryable` says whether to send it again under a new id. */
export const isCrashed = (result: Result): result is CrashedResult =>
  result.data.state === "crashed";
/** A cancel request ended it. */
export const isCancelled = (result: Result): result is CancelledResult =>
  result.data.state === "cancelled";
/** It can never run; `data.problems` says why. */
export const isRejected = (result: Result): result is RejectedResult =>
  result.data.state === "rejected";
/** Not terminal: its engine has not answered yet. */
export const isDelayed = (result: Result): result is DelayedResult =>
  result.data.state === "delayed";

/** Whether nothing more comes for this run. */
export const isTerminal = (result: Result): boolean => TERMINAL_STATES.has(result.data.state);
