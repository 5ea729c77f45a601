import type { RequestMessage } from "../queues/request-queue.ts";
import { excerptOf } from "../runs/excerpt.ts";
import type { LaunchError } from "../runs/launch-error.ts";
import { isCancel, type Request, readIdLeniently } from "../runs/request.ts";
import { type Result, type ResultData, resultOf } from "../runs/result.ts";

/** `source` of results that no engine stands behind. */
const NO_ENGINE = "/slipway";

/**
 * It can never run: every problem with its path, and the message's beginning where not even an id could be read. A cancel
 * that is refused goes by the message's id as well: of the run that it names it says nothing, and that has an end of its own.
 */
export function rejectedResult(
  message: RequestMessage,
  request: Request | undefined,
  error: LaunchError,
): Result {
  const id = isCancel(message.body) ? undefined : (request?.id ?? readIdLeniently(message.body));
  return messageResult(message, request, {
    id: id ?? message.messageId,
    state: "rejected",
    cause: error.toCause(),
    problems: error.problems.map(({ path, message: text }) => ({ path, message: text })),
    ...(id === undefined ? { body: excerptOf(message.body) } : {}),
  });
}

/** Not terminal: its engine has not answered, and it now waits among the dead letters. */
export function delayedResult(
  message: RequestMessage,
  request: Request,
  error: LaunchError,
): Result {
  return messageResult(message, request, {
    id: request.id,
    state: "delayed",
    cause: error.toCause(),
  });
}

/** It did not run to its end, or nobody can tell, and no engine keeps anything that would say so later. */
export function crashedResult(
  message: RequestMessage,
  request: Request,
  error: LaunchError,
): Result {
  return messageResult(message, request, {
    id: request.id,
    state: "crashed",
    status_code: -1,
    cause: error.toCause(),
  });
}

function messageResult(
  message: RequestMessage,
  request: Request | undefined,
  data: Partial<ResultData> & Pick<ResultData, "id" | "state">,
): Result {
  return resultOf({
    source: NO_ENGINE,
    uid: message.messageId,
    time: new Date(message.firstReceivedAtMs).toISOString(),
    traceparent: message.attributes.traceparent,
    data: {
      ...(request ? { type: request.spec.type, name: request.spec.name ?? null } : {}),
      ...data,
    },
  });
}
