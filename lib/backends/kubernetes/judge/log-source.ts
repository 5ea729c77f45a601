import type { Job, Pod } from "../api/api-types.ts";
import { conditionOf } from "./conditions.ts";
import { ownEndOf } from "./container-end.ts";
import { failedPod } from "./failed-pod.ts";
import { isTerminal, latest, mainContainerName, statusOf, wasStarted } from "./pod-facts.ts";

/** Where a run's output is to be read, or what was kept of it; `gone` where there is nothing left to read. */
export type KnownLog = LogSource | { readonly kept: string } | "gone";

/** Where a run's output is to be read. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The instance before the current one: the current one has not begun, or is not the one that failed. */
  readonly previous: boolean;
  /** Nothing more comes from it. */
  readonly ended: boolean;
  /** Of the pod: what its containers say, one after the other, has timestamps of one clock. */
  readonly uid: string;
}

/**
 * The pod that failed the Job, else the newest one whose command was started; where it never was, what an init container
 * said that failed or still runs. undefined where nothing has been started yet.
 */
export function logSourceOf(job: Job, pods: readonly Pod[]): LogSource | undefined {
  const main = mainContainerName(job);
  const hasFailed = conditionOf(job, "Failed") ?? conditionOf(job, "FailureTarget");
  const failed = hasFailed && failedPod(job, pods);
  return (failed && sourceIn([failed], main)) ?? sourceIn(pods, main);
}

function sourceIn(pods: readonly Pod[], main: string): LogSource | undefined {
  const started = latest(pods, (pod) => wasStarted(pod, main));
  if (started) return sourceOf(started, main);
  const initializing = latest(pods, (pod) => initContainer(pod) !== undefined);
  return initializing && sourceOf(initializing, initContainer(initializing) ?? main);
}

function sourceOf(pod: Pod, container: string): LogSource {
  const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
  const status = statusOf(pod, container);
  const isWaiting = status?.state?.waiting !== undefined;
  const before = status?.lastState?.terminated;
  const isGoing = pod.metadata?.deletionTimestamp !== undefined;
  return {
    namespace,
    pod: name,
    container,
    previous:
      before !== undefined && (isWaiting || (isGoing && ownEndOf(pod, container) === before)),
    ended: isTerminal(pod) || status?.state?.terminated !== undefined,
    uid,
  };
}

/** The one that keeps the others waiting: the last that was started. */
function initContainer({ status }: Pod): string | undefined {
  return status?.initContainerStatuses?.findLast(
    ({ state, lastState }) =>
      state?.running !== undefined || (state?.terminated ?? lastState?.terminated)?.exitCode,
  )?.name;
}
