import type { ObservedRun } from "../runs/observation.ts";

export interface TwinFinder {
  /** Which of this run and one seen earlier in the same sweep, under the same id, was made later; undefined where it is alone. */
  laterOf(run: ObservedRun): ObservedRun | undefined;
}

/**
 * Finds runs that share an id under different names or targets. Within one target its engine's clock decides which came
 * later; between targets no clock is certain, so the answer is merely the same for everybody who asks.
 */
export function createTwinFinder(): TwinFinder {
  const first = new Map<string, ObservedRun>();
  return {
    laterOf(run) {
      const known = first.get(run.key.hash);
      if (!known || known.key.id !== run.key.id || known.uid === run.uid) {
        first.set(run.key.hash, run);
        return undefined;
      }
      const [earlier, later] = inOrder(known, run);
      first.set(run.key.hash, earlier);
      return later;
    },
  };
}

function inOrder(one: ObservedRun, other: ObservedRun): [ObservedRun, ObservedRun] {
  const order = one.createdAt.localeCompare(other.createdAt) || one.uid.localeCompare(other.uid);
  return order <= 0 ? [one, other] : [other, one];
}
