import { MetricUnit, Metrics as PowertoolsMetrics } from "@aws-lambda-powertools/metrics";
import type { CollectedMetrics } from "./metrics.ts";

/** What dashboards and alarms look for. */
const SERVICE = "slipway";
const NAMESPACE = "Slipway";

type Dimensions = Readonly<Record<string, string>>;

/**
 * Metrics in CloudWatch's embedded metric format: one line of the log for each combination of dimensions and invocation,
 * and no call to any service.
 */
export function createEmfMetrics(): CollectedMetrics {
  const collected = new Map<string, PowertoolsMetrics>();
  const of = (dimensions: Dimensions) => {
    const key = JSON.stringify(Object.entries(dimensions).sort());
    const metrics = collected.get(key) ?? createSet(dimensions);
    collected.set(key, metrics);
    return metrics;
  };
  return {
    count: (name, value = 1, dimensions = {}) =>
      of(dimensions).addMetric(name, MetricUnit.Count, value),
    milliseconds: (name, value) => of({}).addMetric(name, MetricUnit.Milliseconds, value),
    flush() {
      for (const metrics of collected.values()) metrics.publishStoredMetrics();
      collected.clear();
    },
  };
}

function createSet(dimensions: Dimensions): PowertoolsMetrics {
  const metrics = new PowertoolsMetrics({ serviceName: SERVICE, namespace: NAMESPACE });
  metrics.addDimensions({ ...dimensions });
  return metrics;
}
