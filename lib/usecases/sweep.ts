import type { Backend, OpenOptions } from "../backends/backend.ts";
import { LaunchError, unavailable, withoutSecrets } from "../runs/launch-error.ts";
import type { Ended, Observation, ObservedRun } from "../runs/observation.ts";
import { isEnded } from "../runs/observation.ts";
import { mask } from "../runs/redact.ts";
import type { Target } from "../runs/run.ts";
import type { Dependencies } from "./dependencies.ts";
import { createPool } from "./pool.ts";
import { publishEnd } from "./publish-end.ts";
import { createPublisher, type Publisher } from "./publisher.ts";
import { createTwinFinder, type Twin, type TwinFinder } from "./twins.ts";

/** Runs of one target that are published and settled at once: each holds one log tail in memory. */
const AT_ONCE = 32;

export interface SweepOptions {
  /** Everything is cut off when it aborts. */
  readonly signal: AbortSignal;
  /** Go on after the lists and publish what ends, until this aborts; what is being published then is finished. */
  readonly follow?: AbortSignal;
}

export interface TargetReport {
  readonly target: Target;
  /** Runs whose terminal result was published and settled. */
  published: number;
  /** Runs seen that have not ended; a run that is seen twice counts twice. */
  open: number;
  removed: number;
  /** What went wrong; each stopped one run or the target, and nothing else. */
  readonly errors: LaunchError[];
}

/** Lists what is open everywhere, publishes what has ended, settles it and removes what the retention has ended. */
export async function sweep(deps: Dependencies, options: SweepOptions): Promise<TargetReport[]> {
  const started = Date.now();
  const shared = {
    publisher: createPublisher(deps.results, options.signal),
    twins: createTwinFinder(),
  };
  const reports = await Promise.all(
    deps.targets.map((target) => sweepTarget(deps, target, options, shared)),
  );
  deps.metrics.milliseconds("sweep_duration", Date.now() - started);
  deps.metrics.count(
    "open_runs",
    reports.reduce((sum, { open }) => sum + open, 0),
  );
  return reports;
}

interface Shared {
  readonly publisher: Publisher;
  readonly twins: TwinFinder;
}

async function sweepTarget(
  deps: Dependencies,
  target: Target,
  options: SweepOptions,
  shared: Shared,
): Promise<TargetReport> {
  const report: TargetReport = { target, published: 0, open: 0, removed: 0, errors: [] };
  const fail = (error: unknown, run?: ObservedRun) => {
    if (options.signal.aborted) return; // the time is up: whatever was cut off is open still
    report.errors.push(noteFailure(deps, target, error, run));
  };
  try {
    const backend = await deps.backends.load(target.type);
    const removing = backend.sweep(target, options.signal).then(
      ({ removed }) => {
        report.removed = removed;
      },
      (error: unknown) => fail(error),
    );
    await handleOpen(deps, backend, target, options, shared, report, fail);
    await removing;
  } catch (error) {
    fail(error);
  }
  return report;
}

async function handleOpen(
  deps: Dependencies,
  backend: Backend,
  target: Target,
  options: SweepOptions,
  { publisher, twins }: Shared,
  report: TargetReport,
  fail: (error: unknown, run?: ObservedRun) => void,
): Promise<void> {
  const pool = createPool(AT_ONCE);
  const inHand = new Set<string>();
  const finish = async (ended: Ended) => {
    inHand.add(ended.run.uid);
    try {
      await publishEnd(deps, backend, ended, (result) => publisher.publish(result), options.signal);
      report.published++;
    } catch (error) {
      fail(error, ended.run);
    } finally {
      inHand.delete(ended.run.uid);
    }
  };
  try {
    for await (const observation of backend.open(target, openOptions(options))) {
      if (inHand.has(observation.run.uid)) continue;
      if (isEnded(observation)) await pool.add(() => finish(observation));
      else {
        report.open++;
        const twin = twins.laterOf(observation.run);
        if (twin) await pool.add(() => stopTwin(deps, twin, options.signal).catch(fail));
        noteUnknown(deps, observation);
      }
    }
  } finally {
    await pool.idle();
  }
}

function openOptions({ signal, follow }: SweepOptions): OpenOptions {
  return follow ? { signal: AbortSignal.any([signal, follow]), follow: true } : { signal };
}

/** Two runs of one id, under two names or targets: the later one is stopped, and its result says why. */
async function stopTwin(deps: Dependencies, run: Twin, signal: AbortSignal): Promise<void> {
  const backend = await deps.backends.load(run.key.target.type);
  const message = `another run of the id ${run.key.id} was there before, under another name or target`;
  await backend.cancel(run.key, { graceSeconds: 0, reason: "Conflict", message }, signal);
  deps.log.warn("second run of one id stopped", {
    run_id: run.key.id,
    identifier: run.identifier,
  });
}

function noteUnknown({ log }: Dependencies, observation: Observation): void {
  if (observation.state !== "unknown") return;
  const { run } = observation;
  const reason = mask(observation.reason, run.secrets);
  log.warn("run cannot be judged", { run_id: run.key.id, identifier: run.identifier, reason });
}

function noteFailure(
  { log, metrics }: Dependencies,
  target: Target,
  error: unknown,
  run?: ObservedRun,
): LaunchError {
  const classified =
    error instanceof LaunchError
      ? error
      : unavailable("an unexpected error in Slipway itself", { cause: error });
  const failure = withoutSecrets(classified, run?.secrets ?? []); // engines repeat what they refuse
  metrics.count("sweep_errors", 1, { type: target.type });
  log.error("sweep failed", {
    type: target.type,
    target: target.name,
    ...(run ? { run_id: run.key.id, identifier: run.identifier } : {}),
    reason: failure.message,
    ...(failure.cause === undefined ? {} : { error: failure.cause }),
  });
  return failure;
}
