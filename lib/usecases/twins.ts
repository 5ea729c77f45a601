import type { ObservedRun } from "../runs/observation.ts";

/** What is kept of every open run while a sweep lasts: there can be ten thousand of them. */
export type Twin = Pick<ObservedRun, "key" | "uid" | "identifier" | "createdAt">;

export interface TwinFinder {
  /** Which of this run and one seen earlier in the same sweep, under the same id, was made later; undefined where it is alone. */
  laterOf(run: Twin): Twin | undefined;
}

/**
 * Finds runs that share an id under different names or targets. Within one target its engine's clock decides which came
 * later; between targets no clock is certain, so the answer is merely the same for everybody who asks.
 */
export function createTwinFinder(): TwinFinder {
  const first = new Map<string, Twin>();
  return {
    laterOf({ key, uid, identifier, createdAt }) {
      const run: Twin = { key, uid, identifier, createdAt };
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

function inOrder(one: Twin, other: Twin): [Twin, Twin] {
  const order = one.createdAt.localeCompare(other.createdAt) || one.uid.localeCompare(other.uid);
  return order <= 0 ? [one, other] : [other, one];
}
