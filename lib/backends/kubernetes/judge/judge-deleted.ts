import { causeOf } from "../../../runs/cause.ts";
import type { Observation } from "../../../runs/observation.ts";
import { endsWithItsPod } from "./conditions.ts";
import { ended } from "./ended.ts";
import { type JobView, timesOf } from "./job-view.ts";
import { type KubernetesRun, toIso } from "./observed-run.ts";
import { outcomeOfCause } from "./outcome.ts";
import { endOfFailedPod } from "./pod-end.ts";
import { isLive, isTerminal, latest, mainContainerName } from "./pod-facts.ts";
import { outcomeOf } from "./stop-mark.ts";

/**
 * A Job that somebody deleted and that only our finalizer still holds. The controllers leave it alone, so its pods are
 * what there is to judge: those that ended by themselves tell how, else the run was removed before its end.
 */
export function judgeDeleted(view: JobView, run: KubernetesRun): Observation {
  const { job, pods, nowMs } = view;
  if (pods === undefined)
    return { state: "unknown", run, reason: "its Job was deleted, and its pods may not be read" };
  if (pods.some((pod) => isLive(pod, nowMs))) return stillThere(view, run);
  const pod = endsWithItsPod(job)
    ? latest(pods, (one) => isTerminal(one) && one.metadata?.deletionTimestamp === undefined)
    : undefined;
  if (pod?.status?.phase === "Succeeded")
    return ended(view, run, { outcome: "completed", statusCode: 0, cause: null });
  if (pod) {
    const end = endOfFailedPod(pod, mainContainerName(job));
    return ended(view, run, { outcome: outcomeOfCause(end.cause.code), ...end });
  }
  const cause = causeOf("Removed", "its Job was deleted before its end");
  const end = { outcome: outcomeOf(cause.code), statusCode: -1, cause };
  return ended(view, run, end, { finishedAt: job.metadata?.deletionTimestamp });
}

function stillThere(view: JobView, run: KubernetesRun): Observation {
  const { startedAt } = timesOf(view);
  const at = toIso(startedAt);
  if (at !== undefined) return { state: "running", run, startedAt: at };
  return { state: "pending", run, reason: "its Job was deleted, its pod is still there" };
}
