import type { Job } from "../api/api-types.ts";

type Condition = NonNullable<NonNullable<Job["status"]>["conditions"]>[number];

/** The condition of this type where it holds; conditions, for `completionTime` is set on success only. */
export function conditionOf(job: Job, type: string): Condition | undefined {
  return job.status?.conditions?.find((one) => one.type === type && one.status === "True");
}

/** The Job is finally done: the controllers will do nothing more with it. */
export function terminalCondition(job: Job): Condition | undefined {
  return conditionOf(job, "Complete") ?? conditionOf(job, "Failed");
}

/** When the job controller last wrote its status, by the API server's clock, in milliseconds; NaN where nobody recorded it, or another controller has it. */
export function lastControllerMs({ metadata, spec }: Job): number {
  if (spec?.managedBy !== undefined && spec.managedBy !== JOB_CONTROLLER) return Number.NaN;
  const write = metadata?.managedFields?.find(({ subresource }) => subresource === "status");
  return Date.parse(write?.time ?? "");
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#delegation-of-managing-a-job-object-to-external-controller */
const JOB_CONTROLLER = "kubernetes.io/job-controller";

export const isSuspended = (job: Job) => job.spec?.suspend === true;

/**
 * Whether the first failing pod fails the Job for good: then the end of its one pod is its end. With retries, several
 * completions or rules of the request's own only the Job itself knows.
 */
export function endsWithItsPod({ spec }: Job): boolean {
  return (
    (spec?.completions ?? 1) === 1 && (spec?.parallelism ?? 1) === 1 && spec?.backoffLimit === 0
  );
}
