import type { Answer } from "../api/answer.ts";
import { hasStatus, isGone } from "../api/api-error.ts";
import type { ApiEvent, ApiList, Job } from "../api/api-types.ts";
import { type Cluster, eventsPath, jobPath } from "../api/cluster.ts";
import type { JobView } from "../judge/job-view.ts";
import { readPodsOf } from "./read-pods.ts";
import { hashOf } from "./read-views.ts";

/** One run as it is now, with everything there is to know; undefined where its Job is gone or another one has its name. */
export async function lookCloser(
  cluster: Cluster,
  { job }: Pick<JobView, "job">,
  signal: AbortSignal,
): Promise<JobView | undefined> {
  const { name = "", namespace = "", uid } = job.metadata ?? {};
  const answer = await readJob(cluster, namespace, name, signal);
  if (!answer || answer.body.metadata?.uid !== uid) return undefined;
  const found = await readPodsOf(cluster, namespace, [hashOf(job)], signal);
  const pods = found && (found.get(hashOf(job)) ?? []);
  const events = await readEvents(cluster, answer.body, pods ?? [], signal);
  const { controllerMs, returnMs } = cluster.client.contact;
  const { body: now, nowMs } = answer;
  return { job: now, pods, events, nowMs, controllerMs, returnMs, target: cluster.name };
}

export async function readJob(
  { client }: Cluster,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Answer<Job> | undefined> {
  try {
    return await client.call<Job>({ method: "GET", path: jobPath(namespace, name), signal });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The events of a Job and of its pods, those that are gone included; none where we may not read them: they only make a cause more precise. */
export async function readEvents(
  { client }: Cluster,
  job: Job,
  pods: NonNullable<JobView["pods"]>,
  signal: AbortSignal,
  gonePod?: string,
): Promise<readonly ApiEvent[]> {
  const path = eventsPath(job.metadata?.namespace ?? "");
  const selectors = [
    `involvedObject.uid=${job.metadata?.uid}`,
    ...pods.map(({ metadata }) => `involvedObject.uid=${metadata?.uid}`).slice(0, MAX_PODS),
    ...(gonePod === undefined ? [] : [`involvedObject.kind=Pod,involvedObject.name=${gonePod}`]),
  ];
  const lists = await Promise.all(
    selectors.map((fieldSelector) =>
      client
        .call<ApiList<ApiEvent>>({
          method: "GET",
          path,
          query: { fieldSelector, limit: MAX_EVENTS },
          signal,
        })
        .then(({ body }) => body.items)
        .catch((error: unknown) => {
          if (hasStatus(error, 403)) return [];
          throw error;
        }),
    ),
  );
  return lists.flat();
}

const MAX_PODS = 4;
const MAX_EVENTS = 100;
