import type { Observation } from "../../../runs/observation.ts";
import { conditionOf, terminalCondition } from "./conditions.ts";
import { ended } from "./ended.ts";
import type { JobView } from "./job-view.ts";
import type { KubernetesRun } from "./observed-run.ts";
import { isLive, isTerminal, latest, mainContainerName, terminatedOf } from "./pod-facts.ts";
import { outcomeOf, type StopMark } from "./stop-mark.ts";

/**
 * The controllers have seen by now that the Job may have no pods, in milliseconds: a stopped run without any is over even
 * where no controller says so.
 */
const CERTAIN_MS = 30_000;

/** Of these the mark itself is the whole story: nothing runs any more, and the Job's own end is not waited for. */
const OVER_AT_ONCE: ReadonlySet<string> = new Set(["DidNotComplete", "NodeLost", "Removed"]);

/** A run that was stopped, or whose name a tombstone holds: over once nothing of it runs and nothing can start. */
export function judgeStopped(view: JobView, run: KubernetesRun, mark: StopMark): Observation {
  const { pods, nowMs } = view;
  if (pods?.some((pod) => isLive(pod, nowMs)) || !isOver(view, mark))
    return { state: "pending", run, reason: `it is being stopped: ${mark.cause.message}` };
  const { cause, attempts, startedAt } = mark;
  const end = { outcome: outcomeOf(cause.code), statusCode: statusCodeOf(view, mark), cause };
  return ended(view, run, end, { startedAt, attempts, finishedAt: finishOf(view, mark) });
}

function isOver({ job, pods, nowMs }: JobView, { cause, at }: StopMark): boolean {
  if (terminalCondition(job)) return true;
  if (pods === undefined) return false;
  if (OVER_AT_ONCE.has(cause.code) || job.metadata?.deletionTimestamp) return true;
  if (conditionOf(job, "Suspended") && job.spec?.suspend) return true;
  return nowMs - Date.parse(at) >= CERTAIN_MS;
}

/** Of the pods that stay: those that were deleted on the way are gone or not according to who looks when. */
function statusCodeOf({ job, pods = [] }: JobView, { cause, statusCode = -1 }: StopMark): number {
  if (cause.code !== "DidNotComplete") return statusCode;
  const pod = latest(pods, isTerminal);
  return (pod && terminatedOf(pod, mainContainerName(job))?.exitCode) ?? -1;
}

const finishOf = ({ job }: JobView, { at }: StopMark) =>
  terminalCondition(job)?.lastTransitionTime ?? at;
