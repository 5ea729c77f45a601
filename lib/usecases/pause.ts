import type { RequestMessage } from "../queues/request-queue.ts";
import { unavailable } from "../runs/launch-error.ts";
import type { Dependencies } from "./dependencies.ts";

const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 900;
const QUOTA_PAUSE_SECONDS = 60;

/**
 * How long a request that may succeed later stays away, in seconds: doubling from 30 to 900, never less than its engine
 * asked for, and never longer than the next try may be put off.
 */
export function pauseSeconds(
  receiveCount: number,
  retryAfterMs = 0,
  latestMs = Number.POSITIVE_INFINITY,
): number {
  const growing = FIRST_PAUSE_SECONDS * 2 ** Math.min(receiveCount - 1, 10);
  const asked = Math.max(growing, Math.ceil(retryAfterMs / 1_000));
  return Math.min(LONGEST_PAUSE_SECONDS, asked, Math.ceil(latestMs / 1_000));
}

/**
 * How long a request stays away whose quota is full, in seconds: any run's end may free it, so the tries that the queue
 * still grants are spread evenly over the time until the deadline, a minute apart at least.
 */
export function quotaPauseSeconds(deliveriesLeft: number, latestMs: number): number {
  const seconds = latestMs / 1_000;
  const even = Math.max(QUOTA_PAUSE_SECONDS, seconds / deliveriesLeft);
  return Math.ceil(Math.min(LONGEST_PAUSE_SECONDS, even, seconds));
}

/** The time since the message was first received, in milliseconds by the queue's own clock; 0 on its first receipt. */
export async function ageMs(
  { requests }: Pick<Dependencies, "requests">,
  message: RequestMessage,
): Promise<number> {
  if (message.receiveCount <= 1) return 0;
  const nowMs = await requests.nowMs().catch(asUnknown);
  return Math.max(0, nowMs - message.firstReceivedAtMs);
}

/** A queue that does not tell the time says nothing against the request, whatever it answered. */
function asUnknown(cause: unknown): never {
  throw unavailable("the queue does not say what time it is", { cause });
}

/**
 * How long the next try may be put off at most, in milliseconds; undefined where this was the last one: the deadline has
 * passed, or the queue gives the message up after this delivery. The next try comes while whatever may have begun of its
 * run is still retained: later nobody could tell, and the request would be told as failed whose run has succeeded.
 */
export async function latestNextTryMs(
  deps: Pick<Dependencies, "requests" | "config" | "maxReceiveCount">,
  message: RequestMessage,
): Promise<number | undefined> {
  if (message.receiveCount >= deps.maxReceiveCount) return undefined;
  const age = await ageMs(deps, message);
  const untilDeadline = deps.config.submit_deadline_seconds * 1_000 - age;
  if (untilDeadline <= 0) return undefined;
  const retained = deps.config.retention_seconds * 1_000 - age;
  return retained > 0 ? Math.min(untilDeadline, retained) : untilDeadline;
}
