import type { RequestMessage } from "../queues/request-queue.ts";
import { unavailable } from "../runs/launch-error.ts";
import type { Dependencies } from "./dependencies.ts";

const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 900;

/** How long a request that may succeed later stays away, in seconds: doubling from 30 to 900, and never less than its engine asked for. */
export function pauseSeconds(receiveCount: number, retryAfterMs = 0): number {
  const growing = FIRST_PAUSE_SECONDS * 2 ** Math.min(receiveCount - 1, 10);
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(growing, Math.ceil(retryAfterMs / 1_000)));
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

/** Whether this was the last try: the deadline has passed, or the queue gives the message up after this delivery. */
export async function isLastTry(
  deps: Pick<Dependencies, "requests" | "config" | "maxReceiveCount">,
  message: RequestMessage,
): Promise<boolean> {
  if (message.receiveCount >= deps.maxReceiveCount) return true;
  return (await ageMs(deps, message)) >= deps.config.submit_deadline_seconds * 1_000;
}
