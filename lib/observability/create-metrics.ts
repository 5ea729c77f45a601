import { type CollectedMetrics, NO_METRICS } from "./metrics.ts";

/** What `SLIPWAY_METRICS` asks for: `on` for CloudWatch's embedded metric format, anything else for none. */
export async function createMetrics(
  env: Readonly<Record<string, string | undefined>>,
): Promise<CollectedMetrics> {
  if (env.SLIPWAY_METRICS !== "on") return NO_METRICS;
  const { createEmfMetrics } = await import("./emf-metrics.ts");
  return createEmfMetrics();
}
