import { causeOf } from "../../../runs/cause.ts";
import type { Job, Pod } from "../api/api-types.ts";
import { conditionOf, terminalCondition } from "./conditions.ts";
import { failedContainer } from "./container-end.ts";
import { type EndMark, keptOutputOf, readEndMark } from "./end-mark.ts";
import { failedPod, whichFailed } from "./failed-pod.ts";
import { type JobView, timesOf } from "./job-view.ts";
import { problemOf } from "./observed-run.ts";
import { endOfFailedPod, type PodEnd } from "./pod-end.ts";
import { mainContainerName } from "./pod-facts.ts";
import { readStopMark } from "./stop-mark.ts";

/**
 * Whether this may be the last that is seen of a run's end: the controller has given the Job up and is removing the pods
 * that tell why, as it does with all that still run (https://kubernetes.io/docs/concepts/workloads/controllers/job/,
 * "Pod backoff failure policy"). Where a failed pod stays there is nothing to hurry for.
 */
export function isLastSight({ job, pods = [] }: Pick<JobView, "job" | "pods">): boolean {
  if (!conditionOf(job, "FailureTarget") || terminalCondition(job)) return false;
  const isKept = readEndMark(job) !== undefined && keptOutputOf(job) !== undefined;
  const isTold = isKept || readStopMark(job) !== undefined;
  return !isTold && pods.some(isGoing) && !pods.some(staysFailed) && problemOf(job) === undefined;
}

const isGoing = ({ metadata }: Pod) => metadata?.deletionTimestamp !== undefined;
const staysFailed = (pod: Pod) => pod.status?.phase === "Failed" && !isGoing(pod);

/** What is to be kept of it; undefined where its pods do not say how they ended. */
export function endMarkOf(view: Pick<JobView, "job" | "pods">): EndMark | undefined {
  if (!isLastSight(view)) return undefined;
  const pod = failedPod(view.job, view.pods ?? []);
  const end = endOf(view.job, pod);
  return end && markOf(view, pod, end);
}

/** What is to be kept of a container's failure that may yet turn out to be the run's end. */
export const interimMarkOf = (job: Job, pod: Pod): EndMark => ({
  ...markOf({ job, pods: [pod] }, pod, endOfFailedPod(pod, mainContainerName(job))),
  interim: true,
});

function markOf(
  view: Pick<JobView, "job" | "pods">,
  pod: Pod | undefined,
  { statusCode, cause }: PodEnd,
): EndMark {
  const { job, pods = [] } = view;
  const { startedAt, attempts, finishedAt = pod && failureTime(job, pod) } = timesOf(view);
  return {
    statusCode,
    cause: { ...cause, message: cause.message + whichFailed(job, pods) },
    attempts,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function endOf(job: Job, pod: Pod | undefined): PodEnd | undefined {
  const { reason, message = "" } = conditionOf(job, "FailureTarget") ?? {};
  if (reason === "DeadlineExceeded")
    return { statusCode: -1, cause: causeOf("DeadlineExceeded", message) };
  return pod && endOfFailedPod(pod, mainContainerName(job));
}

const failureTime = (job: Job, pod: Pod) =>
  failedContainer(pod, mainContainerName(job))?.terminated.finishedAt;
