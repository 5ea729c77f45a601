import type { V1Job } from "@kubernetes/client-node";
import { buildJob } from "../../lib/backends/kubernetes/manifest/build-job.ts";
import type { KubernetesJobSpec } from "../../lib/runs/infrastructure.ts";
import { LaunchError } from "../../lib/runs/launch-error.ts";
import type { Run } from "../../lib/runs/run.ts";
import { aRun, aSpec } from "./builders.ts";

type Overrides = Parameters<typeof aRun<KubernetesJobSpec>>[2];

/** A run of a Job from what a request would say; an image is there unless the test says otherwise. */
export function aJobRun(
  fields: Record<string, unknown> = {},
  overrides: Overrides = {},
): Run<KubernetesJobSpec> {
  const spec = aSpec("kubernetes-job", { image: "busybox", ...fields });
  return aRun(spec, { type: "kubernetes-job", name: "default" }, { id: "run-1", ...overrides });
}

export function aJob(fields: Record<string, unknown> = {}, overrides: Overrides = {}): V1Job {
  return buildJob(aJobRun(fields, overrides));
}

/** Why a request's Job is refused. */
export function refusalOfJob(fields: Record<string, unknown>): LaunchError {
  return refusalOf(() => aJob(fields));
}

export function refusalOf(act: () => unknown): LaunchError {
  try {
    act();
  } catch (error) {
    if (error instanceof LaunchError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
