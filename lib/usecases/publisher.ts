import type { ResultSink } from "../queues/result-sink.ts";
import { type LaunchError, unavailable } from "../runs/launch-error.ts";
import type { Result } from "../runs/result.ts";

/** Ten is what one SendMessageBatch takes. */
const BATCH = 10;
const BATCHES_IN_FLIGHT = 8;

export interface Publisher {
  /** Resolves once this result is out; throws a retryable LaunchError where it is not. */
  publish(result: Result): Promise<void>;
}

interface Waiting {
  readonly result: Result;
  readonly settle: (error: unknown) => void;
}

/**
 * Gathers results that are published at the same moment into batches, each result settling on its own. A thousand runs
 * that end at once cost a hundred calls, a single one waits for nobody.
 */
export function createPublisher(sink: ResultSink, signal: AbortSignal): Publisher {
  const waiting: Waiting[] = [];
  let inFlight = 0;

  const pump = () => {
    while (waiting.length > 0 && inFlight < BATCHES_IN_FLIGHT) void send(waiting.splice(0, BATCH));
  };

  const send = async (batch: readonly Waiting[]) => {
    inFlight++;
    try {
      const outcomes = await sink.publish(
        batch.map(({ result }) => result),
        signal,
      );
      batch.forEach(({ settle }, index) => {
        settle(outcomes[index] && asUnpublished(outcomes[index]));
      });
    } catch (error) {
      for (const { settle } of batch) settle(asUnpublished(error));
    } finally {
      inFlight--;
      pump();
    }
  };

  return {
    publish(result) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({
        result,
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      });
      setImmediate(pump); // whatever else is published in this turn travels along
      return promise;
    },
  };
}

/** Publishes one result on its own. Throws where it is not out. */
export async function publishOne(
  sink: ResultSink,
  result: Result,
  signal: AbortSignal,
): Promise<void> {
  const [error] = await sink.publish([result], signal);
  if (error) throw asUnpublished(error);
}

/** A result that is not out says nothing against its request: whatever went wrong, it is tried again. */
function asUnpublished(error: unknown): LaunchError {
  const reason = error instanceof Error ? error.message : String(error);
  return unavailable(`its result could not be published: ${reason}`, { cause: error });
}
