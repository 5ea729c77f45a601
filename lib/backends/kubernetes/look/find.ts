import type { Observation } from "../../../runs/observation.ts";
import type { Job } from "../api/api-types.ts";
import { type Cluster, jobsPath } from "../api/cluster.ts";
import { listPages } from "../api/pages.ts";
import { namedPod } from "../judge/failed-pod.ts";
import type { JobView } from "../judge/job-view.ts";
import { judge } from "../judge/judge.ts";
import { needsEvents } from "../judge/judge-failed.ts";
import { ANNOTATIONS, RUN_LABEL } from "../markers.ts";
import { readEvents } from "./look-closer.ts";
import { readPodsOf } from "./read-pods.ts";

/** A run by its id, wherever in the cluster it is and whether settled or not. Throws an ApiError. */
export async function findRun(
  cluster: Cluster,
  id: string,
  hash: string,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const query = { labelSelector: `${RUN_LABEL}=${hash}` };
  for (const scope of cluster.scopes)
    for await (const page of listPages<Job>(cluster.client, jobsPath(scope), query, signal)) {
      const job = page.body.items.find((one) => idOf(one) === id);
      if (job) return judge(await readView(cluster, job, page.nowMs, signal));
    }
  return undefined;
}

const idOf = ({ metadata }: Job) => metadata?.annotations?.[ANNOTATIONS.id];

async function readView(
  cluster: Cluster,
  job: Job,
  nowMs: number,
  signal: AbortSignal,
): Promise<JobView> {
  const { namespace = "", labels = {} } = job.metadata ?? {};
  const hash = labels[RUN_LABEL] ?? "";
  const pods = (await readPodsOf(cluster, namespace, [hash], signal))?.get(hash) ?? [];
  const view = { job, pods, events: [], nowMs, target: cluster.name };
  if (!needsEvents(view)) return view;
  return { ...view, events: await readEvents(cluster, job, pods, signal, namedPod(job)) };
}
