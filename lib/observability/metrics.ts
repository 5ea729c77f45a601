import type { Metrics } from "../usecases/dependencies.ts";

/** Metrics that are kept until the end of an invocation. */
export interface CollectedMetrics extends Metrics {
  /** Hands over what has been collected since the last time. */
  flush(): void;
}

/** Where nobody collects them: costs nothing. */
export const NO_METRICS: CollectedMetrics = {
  count: () => undefined,
  milliseconds: () => undefined,
  flush: () => undefined,
};
