import type { LaunchError } from "../runs/launch-error.ts";
import type { Dependencies } from "./dependencies.ts";
import type { TimeLimit } from "./submit-batch.ts";
import { failuresOf, type WatchReport, watchFor } from "./watch.ts";

/** What an invocation keeps back to finish what it is publishing, in milliseconds. */
const RESERVE_MS = 5_000;
const LAST_MS = 1_000;

export interface TickSummary {
  readonly published: number;
  readonly open: number;
  readonly removed: number;
  readonly dead_letters: WatchReport["deadLetters"];
}

/**
 * One invocation of the schedule: watches for `seconds`, or looks once where that is 0. Whatever could be done has been
 * done when it throws an AggregateError of everything that could not.
 */
export async function watchTick(
  deps: Dependencies,
  limit: TimeLimit,
  seconds: number,
): Promise<TickSummary> {
  const available = limit.getRemainingTimeInMillis();
  const failures = new Map<string, LaunchError>();
  const counts = { published: 0, removed: 0 };
  const report = await watchFor(deps, {
    signal: AbortSignal.timeout(Math.max(0, available - LAST_MS)),
    watchMs: Math.max(0, Math.min(seconds * 1_000, available - RESERVE_MS)),
    onLook: (look) => {
      for (const failure of failuresOf(look)) failures.set(failure.message, failure);
      for (const { published, removed } of look.targets) {
        counts.published += published;
        counts.removed += removed;
      }
    },
  });
  if (failures.size > 0) throw new AggregateError(failures.values(), describe(failures));
  const open = report.targets.reduce((sum, target) => sum + target.open, 0);
  return { ...counts, open, dead_letters: report.deadLetters };
}

const describe = (failures: ReadonlyMap<string, LaunchError>) =>
  `not everything could be watched: ${[...failures.keys()].join("; ")}`;
