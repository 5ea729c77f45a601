import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { ANNOTATIONS } from "../markers.ts";
import { conditionOf, endsWithItsPod, isSuspended, terminalCondition } from "./conditions.ts";
import { disruptionOf } from "./disruption.ts";
import type { JobView } from "./job-view.ts";
import { causeOfMissingPod } from "./no-pod-cause.ts";
import { problemOf, readRun, toCount } from "./observed-run.ts";
import { isLive, isOverdue, isPending, isTerminal, lastStatusMs } from "./pod-facts.ts";
import { readStopMark, type StopMark } from "./stop-mark.ts";
import { causeOfPendingPod, waitingReason } from "./waiting-cause.ts";

/** The request's own defaults, for a Job whose annotations somebody took away. */
const POD_WATCH_SECONDS = 60;
const JOB_WATCH_SECONDS = 5;

/** However much else the controllers do: a Job that they leave unfinished for so long is left for good, in milliseconds. */
const FORGOTTEN_MS = 600_000;

/** What is to be done about a run now. */
export type Demand =
  /** To be stopped for this cause: it is written on the Job, and nothing of it may start any more. */
  | { readonly kind: "stop"; readonly cause: Cause }
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
  const cause =
    removed(view, pods) ?? lostNode(view, pods) ?? notStarted(view, pods) ?? notDone(view, pods);
  return cause && { kind: "stop", cause };
}

/** The cluster has its orders: no pod will be made, and those there are end. */
function isStopping({ job, pods = [], nowMs }: JobView): boolean {
  if (job.metadata?.deletionTimestamp === undefined)
    return job.spec?.activeDeadlineSeconds === 0 || isSuspended(job);
  return pods.every((pod) => !isLive(pod, nowMs) || pod.metadata?.deletionTimestamp !== undefined);
}

/** Who deletes a Job means its pods, too; our finalizer keeps the Job, and with it its pods would run on. Orphans are meant to. */
function removed({ job, nowMs }: JobView, pods: readonly Pod[]): Cause | undefined {
  if (job.metadata?.deletionTimestamp === undefined) return undefined;
  const uid = job.metadata.uid;
  const isLeft = pods.some(
    (pod) =>
      isLive(pod, nowMs) &&
      pod.metadata?.deletionTimestamp === undefined &&
      pod.metadata?.ownerReferences?.some((owner) => owner.uid === uid),
  );
  return isLeft ? causeOf("Removed", "its Job was deleted before its end") : undefined;
}

function lostNode({ job, nowMs, returnMs = 0 }: JobView, pods: readonly Pod[]): Cause | undefined {
  if (nowMs < returnMs || pods.some((pod) => isLive(pod, nowMs))) return undefined;
  const lost = pods.find((pod) => !isTerminal(pod) && isOverdue(pod, nowMs));
  if (!lost || !(endsWithItsPod(job) || conditionOf(job, "FailureTarget"))) return undefined;
  const words = disruptionOf(lost)?.message ?? "its pod was deleted and does not go";
  return causeOf("NodeLost", `the node ${lost.spec?.nodeName} does not answer: ${words}`);
}

function notStarted(view: JobView, pods: readonly Pod[]): Cause | undefined {
  const { job, events, nowMs } = view;
  const { succeeded = 0, failed = 0, ready = 0 } = job.status ?? {};
  const isStarted = succeeded + failed + ready > 0 || pods.some((pod) => !isPending(pod));
  if (isStarted || isSuspended(job) || job.metadata?.deletionTimestamp) return undefined;
  const seconds = annotatedSeconds(view, ANNOTATIONS.podWatchTimeoutSeconds) ?? POD_WATCH_SECONDS;
  const sinceMs = Math.max(wantedSinceMs(view), view.returnMs ?? 0); // nothing could start before
  if (!(nowMs - sinceMs >= seconds * 1_000)) return undefined;
  const pod = pods.find(isPending);
  const precise = pod ? causeOfPendingPod(pod, events) : causeOfMissingPod(events);
  const words = pod ? waitingReason(pod) : "its Job has no pod";
  return precise ?? causeOf("NeverStarted", neverStarted(seconds, words ?? "its pod says nothing"));
}

const neverStarted = (seconds: number, words: string) =>
  `no pod of it had left Pending ${seconds} s after its creation: ${words}`;

/** From its creation, or from when it was last resumed. */
function wantedSinceMs({ job }: JobView): number {
  const resumed = job.status?.conditions?.find(
    ({ type, status }) => type === "Suspended" && status === "False",
  );
  return Date.parse(resumed?.lastTransitionTime ?? job.metadata?.creationTimestamp ?? "");
}

/**
 * Controllers finish Jobs one after the other, some four in a second by default, and come back from an outage after their
 * API server: as long as they are at work, or may be on their way back, the Job waits for its turn and has not failed.
 */
function notDone(view: JobView, pods: readonly Pod[]): Cause | undefined {
  const { job, nowMs, controllerMs = 0 } = view;
  if (job.metadata?.deletionTimestamp || pods.length === 0 || !pods.every(isTerminal))
    return undefined;
  if (!isToBeFinished(view, pods)) return undefined;
  const lastWrites = pods.flatMap((pod) => lastStatusMs(pod) ?? []);
  if (lastWrites.length === 0) return undefined;
  const seconds = annotatedSeconds(view, ANNOTATIONS.jobWatchTimeoutSeconds) ?? JOB_WATCH_SECONDS;
  const endedMs = Math.max(...lastWrites);
  const sinceMs = Math.min(Math.max(endedMs, controllerMs), endedMs + FORGOTTEN_MS);
  if (!(nowMs - sinceMs >= seconds * 1_000)) return undefined;
  return causeOf(
    "DidNotComplete",
    `its Job was not finished ${seconds} s after the last container of its pods had ended`,
  );
}

/** No further pod is to come: enough have succeeded, or one more has failed than may. */
function isToBeFinished({ job }: JobView, pods: readonly Pod[]): boolean {
  const { completions, backoffLimit, backoffLimitPerIndex } = job.spec ?? {};
  const succeeded = pods.filter(({ status }) => status?.phase === "Succeeded").length;
  const failed = pods.length - succeeded;
  if (succeeded >= (completions ?? 1)) return true;
  return backoffLimitPerIndex === undefined && failed > (backoffLimit ?? 0);
}

const annotatedSeconds = ({ job }: JobView, annotation: string) =>
  toCount(job.metadata?.annotations?.[annotation]);
