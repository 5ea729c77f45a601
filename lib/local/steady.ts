import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../usecases/dependencies.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

interface Steady {
  /** What is being done, as it reads after "cannot": "receive messages". */
  readonly doing: string;
  readonly log: Pick<Log, "info" | "warn">;
}

/** A step's value, or undefined where it failed, and how often in a row it has failed now. */
interface Attempt<T> {
  readonly value: T | undefined;
  readonly failures: number;
}

/** Runs steps that may fail for a while. The first failure is said, and that it is over; what lies between is not. */
export function createSteady({ doing, log }: Steady) {
  let failures = 0;
  return async <T>(step: () => Promise<T>): Promise<Attempt<T>> => {
    try {
      const value = await step();
      if (failures > 0) log.info(`can ${doing} again`, { failures });
      failures = 0;
      return { value, failures };
    } catch (error) {
      if (failures++ === 0)
        log.warn(`cannot ${doing}; trying again`, { reason: reasonOf(error), error });
      return { value: undefined, failures };
    }
  };
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The pause after so many failures in a row, in milliseconds: doubling from a quarter of a second to half a minute. */
export const pauseAfter = (failures: number) =>
  failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));

/** Waits so long, or until the signal aborts; does not throw then. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: stop }).catch(() => undefined);
}
