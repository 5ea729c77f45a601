import type { ObservedRun } from "../runs/observation.ts";

/** What is known of a run that may have a twin. */
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
  const first = new Map<string, string>();
  return {
    laterOf({ key, uid, identifier, createdAt }) {
      const run: Twin = { key, uid, identifier, createdAt };
      const packed = first.get(key.hash);
      const known = packed === undefined ? undefined : unpack(packed);
      if (!known || known.key.id !== key.id || known.uid === uid) {
        first.set(key.hash, pack(run));
        return undefined;
      }
      const [earlier, later] = inOrder(known, run);
      first.set(key.hash, pack(earlier));
      return later;
    },
  };
}

/** Every open run is kept while a sweep lasts, and there can be ten thousand: as one text each they weigh half. */
const pack = (run: Twin) => JSON.stringify(run);
const unpack = (packed: string) => JSON.parse(packed) as Twin;

function inOrder(one: Twin, other: Twin): [Twin, Twin] {
  const order = one.createdAt.localeCompare(other.createdAt) || one.uid.localeCompare(other.uid);
  return order <= 0 ? [one, other] : [other, one];
}
