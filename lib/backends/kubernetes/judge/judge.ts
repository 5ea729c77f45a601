import type { Observation } from "../../../runs/observation.ts";
import { TOMBSTONE_LABEL } from "../markers.ts";
import { conditionOf, isSuspended } from "./conditions.ts";
import { ended } from "./ended.ts";
import type { JobView } from "./job-view.ts";
import { timesOf } from "./job-view.ts";
import { judgeDeleted } from "./judge-deleted.ts";
import { judgeFailed } from "./judge-failed.ts";
import { judgeStopped } from "./judge-stopped.ts";
import { type KubernetesRun, problemOf, readRun, toIso } from "./observed-run.ts";
import { isLive, isTerminal } from "./pod-facts.ts";
import { readStopMark } from "./stop-mark.ts";
import { waitingReason } from "./waiting-cause.ts";

/**
 * How a run stands. Pure: two who see the same judge alike. What only time decides (a start that never comes, a node that
 * does not answer) is decided in `limits.ts` and written on the Job first, so that here it is read and not reckoned.
 */
export function judge(view: JobView): Observation {
  const { job } = view;
  const run = readRun(job, view.target);
  const problem = problemOf(job);
  if (problem !== undefined) return { state: "unknown", run, reason: problem };
  const mark = readStopMark(job);
  if (mark === "broken")
    return {
      state: "unknown",
      run,
      reason: "the note on it that says why it was stopped is broken",
    };
  const isTombstone = job.metadata?.labels?.[TOMBSTONE_LABEL] !== undefined;
  if (conditionOf(job, "Complete") && !isTombstone)
    return ended(view, run, { outcome: "completed", statusCode: 0, cause: null });
  if (mark) return judgeStopped(view, run, mark);
  if (conditionOf(job, "Failed")) return judgeFailed(view, run);
  if (job.metadata?.deletionTimestamp) return judgeDeleted(view, run);
  return judgeUnfinished(view, run);
}

/** Neither the Job nor anybody else says that it is over. */
export function judgeUnfinished(view: JobView, run: KubernetesRun): Observation {
  const { startedAt } = timesOf(view);
  if (startedAt !== undefined)
    return { state: "running", run, startedAt: toIso(startedAt) ?? startedAt };
  return { state: "pending", run, reason: pendingReason(view) };
}

function pendingReason({ job, pods, nowMs }: JobView): string {
  if (isSuspended(job)) return "its Job is suspended";
  if (pods === undefined) return "its pods may not be read";
  const live = pods.find((pod) => isLive(pod, nowMs));
  if (live) return waitingReason(live) ?? "its pod is being started";
  return pods.some(isTerminal) ? "its Job is being finished" : "its Job has no pod yet";
}
