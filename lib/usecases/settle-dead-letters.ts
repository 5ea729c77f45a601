import type { DeadLetterQueue, RequestMessage } from "../queues/request-queue.ts";
import { LaunchError } from "../runs/launch-error.ts";
import { parseRequest, type Request } from "../runs/request.ts";
import { cancelRun } from "./cancel-run.ts";
import type { Dependencies } from "./dependencies.ts";
import { fence } from "./fence.ts";
import { publishOne } from "./publisher.ts";
import { rejectedResult } from "./reject.ts";
import { toFailure } from "./to-failure.ts";

const RECEIVE_AT_ONCE = 10;

/**
 * Looks once at every dead letter: its run is fenced and its result comes, as soon as its engine answers; until then the
 * message stays where it is, and others (an operator, say) may look at it as soon as this is done.
 */
export async function settleDeadLetters(
  deps: Dependencies,
  signal: AbortSignal,
): Promise<{ readonly settled: number; readonly waiting: number }> {
  const waiting: RequestMessage[] = [];
  let settled = 0;
  const queue = deps.deadLetters;
  try {
    while (queue && !signal.aborted) {
      const messages = await queue.receive(RECEIVE_AT_ONCE, signal);
      if (messages.length === 0) break;
      const outcomes = await Promise.all(
        messages.map((message) => settleOne(deps, queue, message, signal)),
      );
      waiting.push(...messages.filter((_, index) => !outcomes[index]));
      settled += outcomes.filter(Boolean).length;
    }
  } finally {
    await Promise.all(waiting.map((message) => queue?.release(message)));
  }
  return { settled, waiting: waiting.length };
}

async function settleOne(
  deps: Dependencies,
  queue: DeadLetterQueue,
  message: RequestMessage,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await conclude(deps, message, signal);
    await queue.delete(message);
    return true;
  } catch (error) {
    const reason = error instanceof LaunchError ? error.message : "an unexpected error";
    deps.log.warn("dead letter still waits", { message_id: message.messageId, reason, error });
    return false;
  }
}

async function conclude(
  deps: Dependencies,
  message: RequestMessage,
  signal: AbortSignal,
): Promise<void> {
  let request: Request | undefined;
  try {
    request = parseRequest(message.body, deps.config.infrastructures);
    if (request.action === "cancel") await cancelRun(deps, request, signal);
    else await fence(deps, message, request, reasonOf(message), signal);
  } catch (error) {
    const failure = toFailure(deps, message, request, error);
    if (failure.retryable) throw failure;
    await publishOne(deps.results, rejectedResult(message, request, failure), signal);
  }
}

const reasonOf = ({ attributes }: RequestMessage) =>
  attributes.reason ?? "its engine did not answer as long as it was tried";
