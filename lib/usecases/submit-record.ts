import type { RequestMessage } from "../queues/request-queue.ts";
import { type LaunchError, unavailable } from "../runs/launch-error.ts";
import { parseRequest, type Request, type RunRequest } from "../runs/request.ts";
import { cancelRun } from "./cancel-run.ts";
import type { Dependencies } from "./dependencies.ts";
import { fence } from "./fence.ts";
import { latestNextTryMs, pauseSeconds, quotaPauseSeconds } from "./pause.ts";
import { publishOne } from "./publisher.ts";
import { crashedResult, delayedResult, rejectedResult } from "./reject.ts";
import { type Budget, submitRun } from "./submit-run.ts";
import { toFailure } from "./to-failure.ts";

/** Below this a record is not begun: it would be cut off between two calls, in milliseconds. */
const LEAST_MS = 3_000;

/**
 * Deals with one message. Returning means that it may be acknowledged: its run exists, or its sender has been told that
 * it never will. Throwing means that it goes back to the queue.
 */
export async function submitRecord(
  deps: Dependencies,
  message: RequestMessage,
  budget: Budget,
): Promise<void> {
  if (budget.remainingMs() < LEAST_MS) throw unavailable("too little time is left for this record");
  let request: Request | undefined;
  try {
    request = parseRequest(message.body, deps.config.infrastructures);
    if (request.action === "cancel") await cancelRun(deps, request, budget.signal);
    else await submitRun(deps, message, request, budget);
  } catch (error) {
    const failure = toFailure(deps, message, request, error);
    if (!failure.retryable) await reject(deps, message, request, failure, budget.signal);
    else if (request) await retryOrFence(deps, message, request, failure, budget.signal);
    else throw failure;
  }
}

async function reject(
  deps: Dependencies,
  message: RequestMessage,
  request: Request | undefined,
  failure: LaunchError,
  signal: AbortSignal,
): Promise<void> {
  const lost = request && failure.code === "EngineLost"; // it may have begun, so it is not refused but crashed
  const result = lost
    ? crashedResult(message, request, failure)
    : rejectedResult(message, request, failure);
  await publishOne(deps.results, result, signal);
  deps.metrics.count(failure.code === "Conflict" ? "conflicts" : "rejected", 1, {
    cause: failure.code,
  });
  deps.log.warn("request rejected", {
    run_id: result.subject,
    cause: failure.code,
    reason: failure.message,
  });
}

/** Back to the queue with a pause; on the last try, the fence, and among the dead letters where even that fails. */
async function retryOrFence(
  deps: Dependencies,
  message: RequestMessage,
  request: Request,
  failure: LaunchError,
  signal: AbortSignal,
): Promise<void> {
  const latestMs = await latestNextTryMs(deps, message);
  if (latestMs !== undefined) {
    await pause(deps, message, request, failure, latestMs);
    throw failure;
  }
  if (request.action === "cancel") return giveUp(deps, message, failure, signal);
  if (isFull(failure)) return giveUpFull(deps, message, request, failure, signal);
  try {
    await fence(deps, message, request, failure.message, signal);
  } catch {
    await publishOne(deps.results, delayedResult(message, request, failure), signal);
    deps.metrics.count("delayed");
    await giveUp(deps, message, failure, signal);
  }
}

/** Its engine has refused it and said so: nothing of it was made. */
const isFull = ({ code }: LaunchError) => code === "QuotaExceeded";

/** Without a fence, which would be refused for want of room, too, or take the room that others wait for. */
async function giveUpFull(
  { results, log }: Dependencies,
  message: RequestMessage,
  request: RunRequest,
  failure: LaunchError,
  signal: AbortSignal,
): Promise<void> {
  await publishOne(results, crashedResult(message, request, failure), signal);
  log.warn("request given up: its quota stayed full", {
    run_id: request.id,
    reason: failure.message,
  });
}

/** To the dead letters, with the reason; where there are none, back to the queue, which does as it was told to. */
async function giveUp(
  { deadLetters, log }: Dependencies,
  message: RequestMessage,
  failure: LaunchError,
  signal: AbortSignal,
): Promise<void> {
  if (!deadLetters) throw failure;
  await deadLetters.add(message, failure.message, signal);
  log.warn("request goes to the dead letters", {
    message_id: message.messageId,
    reason: failure.message,
  });
}

async function pause(
  deps: Dependencies,
  message: RequestMessage,
  request: Request,
  failure: LaunchError,
  latestMs: number,
): Promise<void> {
  const { receiveCount } = message;
  const seconds = isFull(failure)
    ? quotaPauseSeconds(deps.maxReceiveCount - receiveCount, latestMs)
    : pauseSeconds(receiveCount, failure.retryAfterMs, latestMs);
  deps.metrics.count("retried", 1, { cause: failure.code });
  deps.log.warn("request goes back to the queue", {
    run_id: request.id,
    pause_seconds: seconds,
    receive_count: receiveCount,
    reason: failure.message,
    ...(failure.cause === undefined ? {} : { error: failure.cause }),
  });
  // Without the pause it reappears after the queue's own visibility timeout: later or sooner, but not lost.
  await deps.requests.delay(message, seconds).catch((error: unknown) => {
    deps.log.warn("the queue did not take the pause", { run_id: request.id, error });
  });
}
