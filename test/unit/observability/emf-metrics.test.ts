import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMetrics } from "../../../lib/observability/create-metrics.ts";
import { NO_METRICS } from "../../../lib/observability/metrics.ts";

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Slipway");
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "slipway");
  vi.stubEnv("POWERTOOLS_DEV", "true"); // to the console of the test rather than past it
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false"); // which that would turn on
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("collects an invocation's metrics into one line for each combination of dimensions", async () => {
  const lines = captureLines();
  const metrics = await createMetrics({ SLIPWAY_METRICS: "on" });

  metrics.count("submitted", 1, { type: "process", outcome: "created" });
  metrics.count("submitted", 1, { outcome: "created", type: "process" });
  metrics.count("rejected", 1, { cause: "Invalid" });
  metrics.milliseconds("publish_lag", 12);
  metrics.milliseconds("publish_lag", 34);
  metrics.flush();
  metrics.flush();

  const said = lines.map((line) => {
    const { _aws, ...values } = JSON.parse(line);
    const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
    return { Namespace, Dimensions, Metrics, ...values };
  });
  expect(said).toEqual([
    {
      Namespace: "Slipway",
      Dimensions: [["service", "type", "outcome"]],
      Metrics: [{ Name: "submitted", Unit: "Count" }],
      service: "slipway",
      type: "process",
      outcome: "created",
      submitted: [1, 1],
    },
    {
      Namespace: "Slipway",
      Dimensions: [["service", "cause"]],
      Metrics: [{ Name: "rejected", Unit: "Count" }],
      service: "slipway",
      cause: "Invalid",
      rejected: 1,
    },
    {
      Namespace: "Slipway",
      Dimensions: [["service"]],
      Metrics: [{ Name: "publish_lag", Unit: "Milliseconds" }],
      service: "slipway",
      publish_lag: [12, 34],
    },
  ]);
});

test.each([[undefined], ["off"]])("collects nothing where SLIPWAY_METRICS is %s", async (value) => {
  expect(await createMetrics({ SLIPWAY_METRICS: value })).toBe(NO_METRICS);
});

function captureLines(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  return lines;
}
