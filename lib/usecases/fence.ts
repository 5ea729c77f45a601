import type { RequestMessage } from "../queues/request-queue.ts";
import { LaunchError } from "../runs/launch-error.ts";
import type { RunRequest } from "../runs/request.ts";
import { runKeyOf } from "../runs/run.ts";
import type { Dependencies } from "./dependencies.ts";
import { publishOne } from "./publisher.ts";
import { crashedResult } from "./reject.ts";

/**
 * Makes sure that a run whose submission never got through cannot start any more: a tombstone under its name, whose own
 * end is the run's `crashed` result. A run that exists after all is left alone, its result comes as any other's.
 * Throws where the engine does not answer.
 */
export async function fence(
  deps: Dependencies,
  message: RequestMessage,
  request: RunRequest,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const backend = await deps.backends.load(request.spec.type);
  const text = `its submission did not succeed in time: ${reason}`;
  if (backend.ephemeral) {
    const error = new LaunchError("SubmissionFailed", text, { retryable: true });
    return publishOne(deps.results, crashedResult(message, request, error), signal);
  }
  const key = runKeyOf(request.id, request.spec, await backend.locate(request.spec));
  const options = { graceSeconds: 0, reason: "SubmissionFailed", message: text } as const;
  const { outcome } = await backend.cancel(key, options, signal);
  deps.log.warn("run fenced", { run_id: request.id, outcome, reason });
}
