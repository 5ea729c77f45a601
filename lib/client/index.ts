/**
 * `slipway/client`: what senders of requests and receivers of results need. It stands on the same schemas as Slipway
 * itself and loads nothing of AWS before the first message is sent.
 */
export type { Cause, CauseCode } from "../runs/cause.ts";
export { LaunchError, type Problem } from "../runs/launch-error.ts";
export type { Result, ResultData, State } from "../runs/result.ts";
export {
  type ClientOptions,
  createClient,
  type SendOptions,
  type SlipwayClient,
} from "./client.ts";
export { parseResult, type ReceivedMessage } from "./parse-result.ts";
export {
  type CancelMessage,
  checkRequestBody,
  type Infrastructure,
  type RequestMessage,
  type RunMessage,
} from "./request-message.ts";
export {
  type CancelledResult,
  type CompletedResult,
  type CrashedResult,
  type DelayedResult,
  type FailedResult,
  isCancelled,
  isCompleted,
  isCrashed,
  isDelayed,
  isFailed,
  isRejected,
  isSubmitted,
  isTerminal,
  type RejectedResult,
  type SubmittedResult,
} from "./result-states.ts";
