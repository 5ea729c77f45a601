import { describe, expect, test } from "vitest";
import { buildJob } from "../../../../lib/backends/kubernetes/manifest/build-job.ts";
import { buildTombstone } from "../../../../lib/backends/kubernetes/tombstone.ts";
import { aJobRun } from "../../../support/kubernetes-runs.ts";

const ORDER = { reason: "Cancelled", message: "cancelled on request" } as const;

describe("a tombstone", () => {
  test("stands where the run's Job would, so that the cluster refuses one of the two", () => {
    const run = aJobRun({ name: "My Flow!", namespace: "etl" });

    const [tombstone, job] = [buildTombstone(run.key, ORDER), buildJob(run)];

    expect(tombstone.metadata).toMatchObject({ name: job.metadata?.name, namespace: "etl" });
  });

  test("is suspended, and would have no pod if it were not", () => {
    expect(buildTombstone(aJobRun().key, ORDER).spec).toMatchObject({
      suspend: true,
      parallelism: 0,
    });
  });

  test("carries what its result needs and no digest, for it stands for any request of its id", () => {
    const { metadata } = buildTombstone(aJobRun({ name: "x" }).key, ORDER);

    expect(metadata?.annotations).toEqual({
      "slipway.dev/id": "run-1",
      "slipway.dev/name": "x",
      "slipway.dev/version": "1",
      "slipway.dev/cancel-reason": "Cancelled",
      "slipway.dev/cancel-message": "cancelled on request",
    });
    expect(metadata?.labels).toMatchObject({
      "slipway.dev/open": "true",
      "slipway.dev/tombstone": "true",
    });
    expect(metadata?.finalizers).toEqual(["slipway.dev/result"]);
  });

  test("keeps a long reason within what an annotation may hold", () => {
    const { metadata } = buildTombstone(aJobRun().key, { ...ORDER, message: "x".repeat(1e6) });

    expect(metadata?.annotations?.["slipway.dev/cancel-message"]).toHaveLength(4_096);
  });
});
