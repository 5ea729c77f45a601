import type { Job } from "../api/api-types.ts";
import type { Cluster } from "../api/cluster.ts";
import { terminalCondition } from "../judge/conditions.ts";
import type { JobView } from "../judge/job-view.ts";
import { isLive } from "../judge/pod-facts.ts";
import { RUN_LABEL } from "../markers.ts";
import { type PodsByRun, readPodsOf } from "./read-pods.ts";

/** Jobs that were read together. */
export interface Page {
  readonly jobs: readonly Job[];
  readonly nowMs: number;
  /** undefined: all namespaces */
  readonly scope: string | undefined;
}

/** Jobs with their pods: the live ones as they were listed, all of them where an end is to be judged. */
export async function readViews(
  cluster: Cluster,
  { jobs, nowMs, scope }: Page,
  live: PodsByRun,
  signal: AbortSignal,
): Promise<JobView[]> {
  const wanting = live && jobs.filter((job) => needsAllPods(job, live, nowMs)).map(hashOf);
  const all = wanting?.length ? await readPodsOf(cluster, scope, wanting, signal) : live;
  return jobs.map((job) => {
    const hash = hashOf(job);
    const pods = (all?.get(hash) ?? live?.get(hash) ?? []).filter(
      ({ metadata }) => metadata?.namespace === job.metadata?.namespace,
    );
    return { job, pods: live && all ? pods : undefined, events: [], nowMs, target: cluster.name };
  });
}

/** Its end is near or past, or its pods are not among those that were listed just before. */
function needsAllPods(job: Job, live: NonNullable<PodsByRun>, nowMs: number): boolean {
  if (terminalCondition(job) || job.metadata?.deletionTimestamp) return true;
  const { active = 0, succeeded = 0, failed = 0, terminating = 0 } = job.status ?? {};
  if (succeeded + failed + terminating > 0) return true;
  return active > 0 && !live.get(hashOf(job))?.some((pod) => isLive(pod, nowMs));
}

export const hashOf = ({ metadata }: Job) => metadata?.labels?.[RUN_LABEL] ?? "";
