import type { Backend } from "../backends/backend.ts";
import type { RequestMessage } from "../queues/request-queue.ts";
import { LaunchError } from "../runs/launch-error.ts";
import { isEnded } from "../runs/observation.ts";
import type { RunRequest } from "../runs/request.ts";
import { submittedResult } from "../runs/result.ts";
import { type Run, runOf, type Target } from "../runs/run.ts";
import type { Dependencies } from "./dependencies.ts";
import { ageMs } from "./pause.ts";
import { publishEnd } from "./publish-end.ts";
import { publishOne } from "./publisher.ts";

/** What one invocation keeps back to publish and settle a run that it waited for, in milliseconds. */
const WRAP_UP_MS = 5_000;

export interface Budget {
  readonly signal: AbortSignal;
  /** When the signal will abort, in milliseconds from now. */
  remainingMs(): number;
}

/** Starts a run once and says so. Returns when its message may be acknowledged. */
export async function submitRun(
  deps: Dependencies,
  message: RequestMessage,
  request: RunRequest,
  budget: Budget,
): Promise<void> {
  const { signal } = budget;
  const backend = await deps.backends.load(request.spec.type);
  const target = await backend.locate(request.spec);
  await refuseStale(deps, message, request, backend, target, signal);
  const run = withinBudget(toRun(deps, message, request, target), backend, budget);
  const submission = await backend.submit(run, signal);
  deps.log.info("run submitted", {
    run_id: request.id,
    identifier: submission.run.identifier,
    outcome: submission.outcome,
  });
  if (submission.outcome === "fenced" || submission.run.settled) return;
  await publishOne(
    deps.results,
    submittedResult(submission.run, message.attributes.traceparent),
    signal,
  );
  deps.metrics.count("submitted", 1, { type: request.spec.type, outcome: submission.outcome });
  if (backend.ephemeral) await waitForEnd(deps, backend, target, submission.run.uid, signal);
}

/**
 * A redelivery that was first received longer ago than anything of its run is retained cannot be told from a new request:
 * it is refused, unless its engine still knows it.
 */
async function refuseStale(
  deps: Dependencies,
  message: RequestMessage,
  request: RunRequest,
  backend: Backend,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const retained = deps.config.retention_seconds * 1_000;
  if ((await ageMs(deps, message)) <= retained) return;
  if (await backend.find(target, request.id, signal)) return;
  throw new LaunchError(
    "Stale",
    `the message was first received more than ${deps.config.retention_seconds} seconds ago and nothing of its run is left, so it may have run already`,
  );
}

function toRun(
  deps: Dependencies,
  message: RequestMessage,
  request: RunRequest,
  target: Target,
): Run {
  return runOf(request, {
    target,
    baseEnvironment: deps.baseEnvironment,
    receiveCount: message.receiveCount,
    traceparent: message.attributes.traceparent,
  });
}

/** A run that cannot outlive the invocation ends with it at the latest, and in time for its result to be told. */
function withinBudget(run: Run, backend: Backend, budget: Budget): Run {
  if (!backend.ephemeral) return run;
  const available = Math.max(1, Math.floor((budget.remainingMs() - WRAP_UP_MS) / 1_000));
  const timeout = Math.min(run.spec.timeout_seconds ?? available, available);
  return { ...run, spec: { ...run.spec, timeout_seconds: timeout } };
}

async function waitForEnd(
  deps: Dependencies,
  backend: Backend,
  target: Target,
  uid: string,
  signal: AbortSignal,
): Promise<void> {
  for await (const observation of backend.open(target, { signal, follow: true })) {
    if (observation.run.uid !== uid || !isEnded(observation)) continue;
    const publish = (result: Parameters<typeof publishOne>[1]) =>
      publishOne(deps.results, result, signal);
    return publishEnd(deps, backend, observation, publish, signal);
  }
  throw new LaunchError("EngineLost", "the invocation's time ran out before the process ended");
}
