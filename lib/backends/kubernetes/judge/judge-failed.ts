import { causeOf } from "../../../runs/cause.ts";
import type { Ended } from "../../../runs/observation.ts";
import type { Job } from "../api/api-types.ts";
import { conditionOf, endsWithItsPod } from "./conditions.ts";
import { disruptionFromEvents, storageFromEvents } from "./disruption.ts";
import { lastMarkOf, readEndMark } from "./end-mark.ts";
import { ended } from "./ended.ts";
import { causeOfExit, isKillCode } from "./exit-cause.ts";
import { DISRUPTION_MESSAGE, EXIT_MESSAGE, failedPod, whichFailed } from "./failed-pod.ts";
import type { JobView } from "./job-view.ts";
import type { KubernetesRun } from "./observed-run.ts";
import { outcomeOfCause } from "./outcome.ts";
import { endOfFailedPod, type PodEnd } from "./pod-end.ts";
import { mainContainerName } from "./pod-facts.ts";

/** A Job that has failed for good: the pod that failed it says why, or, where that is gone, the Job's own condition. */
export function judgeFailed(view: JobView, run: KubernetesRun): Ended {
  const { statusCode, cause } = readEndMark(view.job) ?? endNow(view);
  return ended(view, run, { outcome: outcomeOfCause(cause.code), statusCode, cause });
}

function endNow(view: JobView): PodEnd {
  const { statusCode, cause } = endOf(view);
  const message = cause.message + whichFailed(view.job, view.pods ?? []);
  return { statusCode, cause: { ...cause, message } };
}

function endOf(view: JobView): PodEnd {
  const { reason, message = "" } = conditionOf(view.job, "Failed") ?? {};
  if (reason === "DeadlineExceeded")
    return { statusCode: -1, cause: causeOf("DeadlineExceeded", message) };
  const pod = failedPod(view.job, view.pods ?? []);
  if (pod) return endOfFailedPod(pod, mainContainerName(view.job));
  return lastMarkOf(view.job, true) ?? endByCondition(view, reason, message);
}

function endByCondition({ job, pods, events }: JobView, reason = "", message = ""): PodEnd {
  const words = [reason, message].filter(Boolean).join(": ");
  const [, container, , digits] = EXIT_MESSAGE.exec(message) ?? [];
  if (container !== undefined) {
    const statusCode = Number(digits);
    const isKilled = pods !== undefined && isKillCode(statusCode);
    const cause = isKilled
      ? (storageFromEvents(events) ?? causeOf("Removed", `its pod was deleted; ${message}`))
      : causeOfExit(`the container ${container}`, statusCode);
    return { statusCode, cause };
  }
  if (DISRUPTION_MESSAGE.test(message))
    return { statusCode: -1, cause: disruptionFromEvents(events, message) };
  if (pods === undefined)
    return { statusCode: -1, cause: causeOf("Exit", `${words}; its pods may not be read`) };
  if (isByFailures(job, reason))
    return {
      statusCode: -1,
      cause: causeOf("Exit", `${words}; its pods are gone, and with them the exit code`),
    };
  return { statusCode: -1, cause: causeOf("Removed", `its pods are gone; ${words}`) };
}

/** What the controller says of a Job whose pods failed once more than they may. */
const FAILURES = new Set(["BackoffLimitExceeded", "FailedIndexes", "MaxFailedIndexesExceeded"]);

/**
 * Whether its commands failed it. Our own policy has the exit code of a single pod in the condition: where that is not
 * there, the pod was deleted before it ran.
 */
const isByFailures = (job: Job, reason: string) =>
  FAILURES.has(reason) && !(endsWithItsPod(job) && job.spec?.podFailurePolicy);

/** Whether only events can tell what happened: the pod is gone, and the Job says no more than that it was disrupted or killed. */
export function needsEvents({ job, pods = [] }: Pick<JobView, "job" | "pods">): boolean {
  const message = conditionOf(job, "Failed")?.message ?? "";
  const code = EXIT_MESSAGE.exec(message)?.[3];
  const isUnclear =
    DISRUPTION_MESSAGE.test(message) || (code !== undefined && isKillCode(Number(code)));
  return isUnclear && !readEndMark(job) && failedPod(job, pods) === undefined;
}
