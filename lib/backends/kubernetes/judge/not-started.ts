import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { ANNOTATIONS } from "../markers.ts";
import { isSuspended } from "./conditions.ts";
import { type ContainerEnd, causeOfContainer, failedContainer } from "./container-end.ts";
import type { JobView } from "./job-view.ts";
import { causeOfMissingPod } from "./no-pod-cause.ts";
import { annotatedCount } from "./observed-run.ts";
import { isPending, mainContainerName } from "./pod-facts.ts";
import { causeOfPendingPod, waitingReason } from "./waiting-cause.ts";

/** The request's own default, for a Job whose annotations somebody took away. */
const POD_WATCH_SECONDS = 60;

/** Why a run is to be stopped. */
export interface Stop {
  readonly cause: Cause;
  /** Of the container that kept the command from being started; undefined where none ended. */
  readonly statusCode?: number | undefined;
}

/** Whether its time to start is up, and why it did not. */
export function notStarted(view: JobView, pods: readonly Pod[]): Stop | undefined {
  const { job, events, nowMs } = view;
  const { succeeded = 0, failed = 0, ready = 0 } = job.status ?? {};
  const isStarted = succeeded + failed + ready > 0 || pods.some((pod) => !isPending(pod));
  if (isStarted || isSuspended(job) || job.metadata?.deletionTimestamp) return undefined;
  const seconds = annotatedCount(job, ANNOTATIONS.podWatchTimeoutSeconds) ?? POD_WATCH_SECONDS;
  const sinceMs = Math.max(wantedSinceMs(view), view.returnMs ?? 0); // nothing could start before
  if (!(nowMs - sinceMs >= seconds * 1_000)) return undefined;
  const pod = pods.find(isPending);
  const main = mainContainerName(job);
  const end = pod && failedContainer(pod, main);
  if (end) return endedBefore(end, causeOfContainer(pod, main, end), seconds);
  const precise = pod ? causeOfPendingPod(pod, events) : causeOfMissingPod(events);
  const words = (pod ? waitingReason(pod) : "its Job has no pod") ?? "its pod says nothing";
  return { cause: precise ?? causeOf("NeverStarted", neverStarted(seconds, words)) };
}

/** A container before the command, or beside it from the start, that ends and is started again, time after time. */
const endedBefore = ({ terminated }: ContainerEnd, cause: Cause, seconds: number): Stop => ({
  statusCode: terminated.exitCode,
  cause: { ...cause, message: `${cause.message}; after ${seconds} s nothing had got past it` },
});

const neverStarted = (seconds: number, words: string) =>
  `no pod of it had left Pending ${seconds} s after its creation: ${words}`;

/** From its creation, or from when it was last resumed. */
function wantedSinceMs({ job }: JobView): number {
  const resumed = job.status?.conditions?.find(
    ({ type, status }) => type === "Suspended" && status === "False",
  );
  return Date.parse(resumed?.lastTransitionTime ?? job.metadata?.creationTimestamp ?? "");
}
