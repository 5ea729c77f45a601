import type { LaunchError } from "../runs/launch-error.ts";
import type { Result } from "../runs/result.ts";

/** Where results go: a queue, a topic, a bus, stdout. */
export interface ResultSink {
  /**
   * Publishes every result it can and says of each, in order, whether it is out: undefined where it is, the error where
   * it is not. Never throws for a result that cannot be delivered; its neighbours are delivered all the same.
   */
  publish(
    results: readonly Result[],
    signal: AbortSignal,
  ): Promise<readonly (LaunchError | undefined)[]>;
}
