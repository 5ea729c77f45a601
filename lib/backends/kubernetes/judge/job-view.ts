import type { ApiEvent, Job, Pod } from "../api/api-types.ts";
import { mainContainerName, startOf, startsOf, terminatedOf } from "./pod-facts.ts";

/** Everything the cluster said of one run; whoever judges knows nothing else. */
export interface JobView {
  readonly job: Job;
  /** Of this run; undefined where we may not read pods. */
  readonly pods: readonly Pod[] | undefined;
  /** Of the Job and its pods; empty where nobody asked for them. */
  readonly events: readonly ApiEvent[];
  /** The API server's clock, in milliseconds; NaN where it is not known, and then nothing is judged by it. */
  readonly nowMs: number;
  /** Until when its controllers were at work, or may have been on their way back from an outage, by the same clock. */
  readonly controllerMs?: number | undefined;
  /** Until when its controllers and nodes may have been on their way back from an outage, by the same clock. */
  readonly returnMs?: number | undefined;
  /** The target's name. */
  readonly target: string;
}

export interface Times {
  /** When the command was first started, as the kubelet wrote it. */
  readonly startedAt: string | undefined;
  /** When the command last ended. */
  readonly finishedAt: string | undefined;
  readonly attempts: number;
}

/** When and how often the command ran, from the pods; from the Job's counts where pods are gone. */
export function timesOf({ job, pods = [] }: Pick<JobView, "job" | "pods">): Times {
  const main = mainContainerName(job);
  const { startTime, succeeded = 0, failed = 0 } = job.status ?? {};
  const starts = pods.flatMap((pod) => startOf(pod, main) ?? []).sort();
  const ends = pods.flatMap((pod) => terminatedOf(pod, main)?.finishedAt ?? []).sort();
  const seen = pods.reduce((sum, pod) => sum + startsOf(pod, main), 0);
  const isMissing = pods.length < succeeded + failed;
  return {
    startedAt: starts[0] ?? (isMissing ? startTime : undefined),
    finishedAt: ends.at(-1),
    attempts: isMissing ? Math.max(seen, succeeded + failed) : seen,
  };
}
