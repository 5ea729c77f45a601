import { causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { ANNOTATIONS } from "../markers.ts";
import { conditionOf, endsWithItsPod, isSuspended, terminalCondition } from "./conditions.ts";
import { disruptionOf } from "./disruption.ts";
import type { JobView } from "./job-view.ts";
import { notStarted, type Stop } from "./not-started.ts";
import { annotatedCount, problemOf, readRun } from "./observed-run.ts";
import { isLive, isOverdue, isTerminal, lastStatusMs } from "./pod-facts.ts";
import { readStopMark, type StopMark } from "./stop-mark.ts";

/** The request's own default, for a Job whose annotations somebody took away. */
const JOB_WATCH_SECONDS = 5;

/** However much else the controllers do: a Job that they leave unfinished for so long is left for good, in milliseconds. */
const FORGOTTEN_MS = 600_000;

/** What is to be done about a run now. */
export type Demand =
  /** To be stopped for this cause: it is written on the Job, and nothing of it may start any more. */
  | ({ readonly kind: "stop" } & Stop)
  /** Somebody began to stop it and did not finish. */
  | { readonly kind: "finish-stop"; readonly mark: StopMark };

/** What a run's own limits, its deletion or its node's silence demand; undefined where it may go on. */
export function demandOf(view: JobView): Demand | undefined {
  if (terminalCondition(view.job)) return undefined;
  const demand = candidate(view);
  if (!demand) return undefined; // as a rule: what a run says of itself is read for the few others only
  const isOurs = problemOf(view.job) === undefined && !readRun(view.job, view.target).settled;
  return isOurs ? demand : undefined;
}

function candidate(view: JobView): Demand | undefined {
  const mark = readStopMark(view.job);
  if (mark === "broken") return undefined;
  if (mark) return isStopping(view) ? undefined : { kind: "finish-stop", mark };
  const { pods } = view;
  if (pods === undefined) return undefined;
  const stop =
    removed(view, pods) ?? lostNode(view, pods) ?? notStarted(view, pods) ?? notDone(view, pods);
  return stop && { kind: "stop", ...stop };
}

/** The cluster has its orders: no pod will be made, and those there are end. */
function isStopping({ job, pods = [], nowMs }: JobView): boolean {
  if (job.metadata?.deletionTimestamp === undefined)
    return job.spec?.activeDeadlineSeconds === 0 || isSuspended(job);
  return pods.every((pod) => !isLive(pod, nowMs) || pod.metadata?.deletionTimestamp !== undefined);
}

/** Who deletes a Job means its pods, too; our finalizer keeps the Job, and with it its pods would run on. Orphans are meant to. */
function removed({ job, nowMs }: JobView, pods: readonly Pod[]): Stop | undefined {
  if (job.metadata?.deletionTimestamp === undefined) return undefined;
  const uid = job.metadata.uid;
  const isLeft = pods.some(
    (pod) =>
      isLive(pod, nowMs) &&
      pod.metadata?.deletionTimestamp === undefined &&
      pod.metadata?.ownerReferences?.some((owner) => owner.uid === uid),
  );
  return isLeft ? { cause: causeOf("Removed", "its Job was deleted before its end") } : undefined;
}

function lostNode({ job, nowMs, returnMs = 0 }: JobView, pods: readonly Pod[]): Stop | undefined {
  if (nowMs < returnMs || pods.some((pod) => isLive(pod, nowMs))) return undefined;
  const lost = pods.find((pod) => !isTerminal(pod) && isOverdue(pod, nowMs));
  if (!lost || !(endsWithItsPod(job) || conditionOf(job, "FailureTarget"))) return undefined;
  const words = disruptionOf(lost)?.message ?? "its pod was deleted and does not go";
  const message = `the node ${lost.spec?.nodeName} does not answer: ${words}`;
  return { cause: causeOf("NodeLost", message) };
}

/**
 * Controllers finish Jobs one after the other, some four in a second by default, and come back from an outage after their
 * API server: as long as they are at work, or may be on their way back, the Job waits for its turn and has not failed.
 */
function notDone(view: JobView, pods: readonly Pod[]): Stop | undefined {
  const { job, nowMs, controllerMs = 0 } = view;
  if (job.metadata?.deletionTimestamp || pods.length === 0 || !pods.every(isTerminal))
    return undefined;
  if (!isToBeFinished(view, pods)) return undefined;
  const lastWrites = pods.flatMap((pod) => lastStatusMs(pod) ?? []);
  if (lastWrites.length === 0) return undefined;
  const seconds = annotatedCount(job, ANNOTATIONS.jobWatchTimeoutSeconds) ?? JOB_WATCH_SECONDS;
  const endedMs = Math.max(...lastWrites);
  const sinceMs = Math.min(Math.max(endedMs, controllerMs), endedMs + FORGOTTEN_MS);
  if (!(nowMs - sinceMs >= seconds * 1_000)) return undefined;
  const message = `its Job was not finished ${seconds} s after the last container of its pods had ended`;
  return { cause: causeOf("DidNotComplete", message) };
}

/** No further pod is to come: enough have succeeded, or one more has failed than may. */
function isToBeFinished({ job }: JobView, pods: readonly Pod[]): boolean {
  const { completions, backoffLimit, backoffLimitPerIndex } = job.spec ?? {};
  const succeeded = pods.filter(({ status }) => status?.phase === "Succeeded").length;
  const failed = pods.length - succeeded;
  if (succeeded >= (completions ?? 1)) return true;
  return backoffLimitPerIndex === undefined && failed > (backoffLimit ?? 0);
}
