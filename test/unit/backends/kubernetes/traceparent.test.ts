import { expect, test } from "vitest";
import type { Job } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import { readRun } from "../../../../lib/backends/kubernetes/judge/observed-run.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test.each([
  [[{ name: "prefect-job", env: [{ name: "TRACEPARENT", value: TRACEPARENT }] }], TRACEPARENT],
  [[{ name: "prefect-job", env: [{ name: "OTHER", value: "x" }] }], undefined],
  [[{ name: "prefect-job" }], undefined],
  [undefined, undefined],
])("a Job's trace is that of its containers' environment: %j", (containers, expected) => {
  const job = { spec: { template: { spec: { containers } } } } as Job;

  expect(readRun(job, "lab").traceparent).toBe(expected);
});
