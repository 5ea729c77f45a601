import { expect, test } from "vitest";
import type { Job } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import { readRun } from "../../../../lib/backends/kubernetes/judge/observed-run.ts";
import { ANNOTATIONS } from "../../../../lib/backends/kubernetes/markers.ts";
import { aJob } from "../../../support/kubernetes-runs.ts";

const warningsOf = (annotations: Record<string, string>) =>
  readRun({ metadata: { annotations } } as Job, "lab").warnings;

test("what a run's sender is to be told comes back from its Job", () => {
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { labels: {}, namespace: "flows" },
    spec: {
      parallelism: 1,
      completions: 1,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "prefect-job", env: [] }] },
      },
    },
  };

  const { annotations = {} } = aJob({ job }).metadata ?? {};

  expect(warningsOf(annotations)).toEqual([expect.stringContaining('namespace "flows" gave way')]);
});

test.each(["", "{}", "[1", "null", '"x"'])(
  "an annotation %j that nobody of us wrote says nothing",
  (json) => {
    expect(warningsOf({ [ANNOTATIONS.warnings]: json })).toEqual([]);
  },
);

test("only texts of it count", () => {
  expect(warningsOf({ [ANNOTATIONS.warnings]: '["a", 1, null]' })).toEqual(["a"]);
});
