import type { Job, Pod } from "../api/api-types.ts";
import type { Cluster } from "../api/cluster.ts";
import { lastControllerMs, terminalCondition } from "../judge/conditions.ts";
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
  const { contact } = cluster.client;
  for (const job of jobs) contact.sawController(lastControllerMs(job));
  if (!live) return jobs.map((job) => viewOf(job, undefined));
  const wanting = jobs.filter((job) => needsAllPods(job, live, nowMs)).map(hashOf);
  const all = wanting.length > 0 ? await readPodsOf(cluster, scope, wanting, signal) : live;
  const wanted = new Set(wanting);
  return jobs.map((job) => {
    const hash = hashOf(job);
    return viewOf(job, (wanted.has(hash) ? all : live)?.get(hash) ?? (all && []));
  });

  function viewOf(job: Job, found: readonly Pod[] | undefined): JobView {
    const { namespace } = job.metadata ?? {};
    const pods = found?.filter(({ metadata }) => metadata?.namespace === namespace);
    const { controllerMs, returnMs } = contact;
    return { job, pods, events: [], nowMs, controllerMs, returnMs, target: cluster.name };
  }
}

/** Its end is near or past, or its pods are not among those that were listed just before. */
function needsAllPods(job: Job, live: NonNullable<PodsByRun>, nowMs: number): boolean {
  if (terminalCondition(job) || job.metadata?.deletionTimestamp) return true;
  const { active = 0, succeeded = 0, failed = 0, terminating = 0 } = job.status ?? {};
  if (succeeded + failed + terminating > 0) return true;
  return active > 0 && !live.get(hashOf(job))?.some((pod) => isLive(pod, nowMs));
}

export const hashOf = ({ metadata }: Job) => metadata?.labels?.[RUN_LABEL] ?? "";
