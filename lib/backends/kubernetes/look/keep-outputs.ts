import { setTimeout as pause } from "node:timers/promises";
import { hasStatus } from "../api/api-error.ts";
import type { Job, Pod } from "../api/api-types.ts";
import { type Cluster, jobPath, podsPath } from "../api/cluster.ts";
import { watchObjects } from "../api/watch.ts";
import { failedContainer, isByDeletion } from "../judge/container-end.ts";
import { OUTPUT_ANNOTATION } from "../judge/end-mark.ts";
import type { LogSource } from "../judge/log-source.ts";
import { problemOf } from "../judge/observed-run.ts";
import { statusOf } from "../judge/pod-facts.ts";
import { mainContainer } from "../main-container.ts";
import { MAIN_CONTAINER, OPEN_LABEL } from "../markers.ts";
import { readKept, toKept } from "./keep-end.ts";
import { readJob } from "./look-closer.ts";

/** Between two attempts to watch, in milliseconds. */
const PAUSE_MS = 500;

/** So many outputs are read at once. */
const AT_ONCE = 8;

/** Whether failed containers of its pods are started again: then the pod goes with the Job's last failure. */
export const restartsContainers = ({ spec }: Job): boolean =>
  spec?.template?.spec?.restartPolicy === "OnFailure";

/**
 * Writes on its Job what a container wrote that failed and is to be started again, each time, until the signal aborts: when
 * the Job has been given up, the node removes the container and its log faster than they can be read. A courtesy, as all
 * news is: where pods may not be watched the last moment has to do.
 */
export async function keepOutputs(
  cluster: Cluster,
  scope: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (cluster.tailBytes === 0) return;
  const known = new Set<string>();
  const inHand = new Set<Promise<void>>();
  const query = {
    labelSelector: `${OPEN_LABEL}=true`,
    fieldSelector: "spec.restartPolicy=OnFailure",
  };
  while (!signal.aborted) {
    try {
      const watch = watchObjects<Pod>(cluster.client, podsPath(scope), query, signal);
      for await (const { object: pod } of watch) {
        const failure = pod && failureOf(pod);
        if (!failure || known.has(failure.instance)) continue;
        known.add(failure.instance);
        if (inHand.size >= AT_ONCE) await Promise.race(inHand);
        const keeping = keep(cluster, pod, failure.source, signal)
          .catch(() => undefined)
          .finally(() => inHand.delete(keeping));
        inHand.add(keeping);
      }
    } catch (error) {
      if (hasStatus(error, 403)) break;
    }
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(inHand);
}

/** The latest failure of one of its containers that is not the work of whoever deleted the pod. */
function failureOf(pod: Pod): { instance: string; source: LogSource } | undefined {
  const main = mainContainer(pod.spec?.containers ?? [])?.name ?? MAIN_CONTAINER;
  const failed = failedContainer(pod, main);
  if (!failed) return undefined;
  const { container, terminated } = failed;
  if (pod.metadata?.deletionTimestamp !== undefined && isByDeletion(pod, terminated))
    return undefined;
  const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
  const previous = statusOf(pod, container)?.state?.terminated !== terminated;
  return {
    instance: `${uid} ${container} ${terminated.containerID ?? terminated.finishedAt}`,
    source: { namespace, pod: name, container, previous, ended: true, uid },
  };
}

async function keep(
  cluster: Cluster,
  { metadata }: Pod,
  source: LogSource,
  signal: AbortSignal,
): Promise<void> {
  const owner = metadata?.ownerReferences?.find(({ kind }) => kind === "Job");
  if (!owner) return;
  const [answer, end] = await Promise.all([
    readJob(cluster, source.namespace, owner.name, signal),
    readKept(cluster, [source], signal),
  ]);
  const job = answer?.body;
  if (!end || !job || job.metadata?.uid !== owner.uid || problemOf(job) !== undefined) return;
  await cluster.client.call({
    method: "PATCH",
    path: jobPath(source.namespace, owner.name),
    contentType: "application/merge-patch+json",
    body: {
      metadata: { uid: owner.uid, annotations: { [OUTPUT_ANNOTATION]: toKept(cluster, job, end) } },
    },
    signal,
  });
}
