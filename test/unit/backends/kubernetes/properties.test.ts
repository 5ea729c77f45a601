import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildJob } from "../../../../lib/backends/kubernetes/manifest/build-job.ts";
import { previewJob } from "../../../../lib/backends/kubernetes/preview.ts";
import type { KubernetesJobSpec } from "../../../../lib/runs/infrastructure.ts";
import { LaunchError } from "../../../../lib/runs/launch-error.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";
import { toRequest } from "../../../../lib/runs/request.ts";
import type { Run } from "../../../../lib/runs/run.ts";
import { runOf } from "../../../../lib/runs/run.ts";
import { kubernetesJob, wildOperation } from "../../../support/job-arbitraries.ts";

const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function runOfFields(id: string, fields: unknown): Run<KubernetesJobSpec> {
  const request = toRequest({ id, infrastructure: fields });
  if (request.action !== "run") throw new Error("it is a cancel");
  const target = { type: "kubernetes-job", name: "default" } as const;
  return runOf(request, { target }) as Run<KubernetesJobSpec>;
}

/** The run's Job, or why it is refused; any other error fails the test. */
function attempt(id: string, fields: unknown) {
  try {
    const run = runOfFields(id, fields);
    return { run, job: buildJob(run) };
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return { error };
  }
}

describe("whatever a request says", () => {
  test("its Job keeps our promises, or it is refused as invalid", () => {
    const outcomes = { built: 0, refused: 0 };

    fc.assert(
      fc.property(fc.uuid(), kubernetesJob, (id, fields) => {
        const { run, job, error } = attempt(id, fields);

        expect(Object.keys(Object.prototype)).toEqual([]);
        expect({}).not.toHaveProperty("polluted");
        if (error) {
          outcomes.refused++;
          expect(error).toMatchObject({ code: "Invalid", retryable: false });
          expect(error.problems.length).toBeGreaterThan(0);
          return;
        }
        outcomes.built++;
        const sent = JSON.parse(JSON.stringify(job));
        const markers = { "slipway.dev/run": hashRunId(id), "slipway.dev/open": "true" };
        expect(sent).toMatchObject({ apiVersion: "batch/v1", kind: "Job" });
        expect(sent.metadata.name).toMatch(DNS_LABEL);
        expect(sent.metadata.name.endsWith(`-${hashRunId(id)}`)).toBe(true);
        expect(sent.metadata.namespace).toBe(run.spec.namespace);
        expect(sent.metadata.labels).toMatchObject(markers);
        expect(sent.spec.template.metadata.labels).toMatchObject(markers);
        expect(sent.metadata.annotations).toMatchObject({
          "slipway.dev/id": id,
          "slipway.dev/digest": run.digest,
        });
        expect(sent.metadata.finalizers).toEqual(["slipway.dev/result"]);
        expect(sent.spec).not.toHaveProperty("ttlSecondsAfterFinished");
        expect(["Never", "OnFailure"]).toContain(sent.spec.template.spec.restartPolicy);
        expect(buildJob(run)).toEqual(job);
        expect(previewJob(run).text).toContain(sent.metadata.name);
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(outcomes.built, outcomes.refused)).toBeGreaterThan(200);
  });
});

describe("a patch that nobody meant for a Job", () => {
  test("either applies or is refused, and the manifest survives it as JSON", () => {
    fc.assert(
      fc.property(fc.array(wildOperation, { minLength: 1, maxLength: 8 }), (customizations) => {
        const { job, error } = attempt("run-1", {
          type: "kubernetes-job",
          image: "x",
          customizations,
        });

        if (error) expect(error.code).toBe("Invalid");
        else
          expect(JSON.parse(JSON.stringify(job))).toHaveProperty("spec.template.spec.containers");
        expect({}).not.toHaveProperty("polluted");
      }),
      { numRuns: 3_000 },
    );
  });
});
