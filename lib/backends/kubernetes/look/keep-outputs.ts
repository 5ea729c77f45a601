import { setTimeout as pause } from "node:timers/promises";
import { hasStatus } from "../api/api-error.ts";
import type { Job, Pod } from "../api/api-types.ts";
import { type Cluster, podsPath } from "../api/cluster.ts";
import { watchObjects } from "../api/watch.ts";
import { failedContainer, isByDeletion } from "../judge/container-end.ts";
import { END_ANNOTATION, OUTPUT_ANNOTATION } from "../judge/end-mark.ts";
import { interimMarkOf } from "../judge/last-sight.ts";
import type { LogSource } from "../judge/log-source.ts";
import { problemOf } from "../judge/observed-run.ts";
import { statusOf } from "../judge/pod-facts.ts";
import { mainContainer } from "../main-container.ts";
import { MAIN_CONTAINER, OPEN_LABEL } from "../markers.ts";
import { hasEnded, readKept, toKept, write } from "./keep-end.ts";
import { readJob } from "./look-closer.ts";
import { trimPod } from "./trim-pod.ts";

/** Between two attempts to watch, in milliseconds. */
const PAUSE_MS = 500;

/** So many outputs are read at once. */
const AT_ONCE = 8;

/** Whether failed containers of its pods are started again: then the pod goes with the Job's last failure. */
export const restartsContainers = ({ spec }: Job): boolean =>
  spec?.template?.spec?.restartPolicy === "OnFailure";

/**
 * Writes on its Job how a container ended that is to be started again, and what it wrote, each time, until the signal aborts:
 * when the Job has been given up, the node removes the container and its log faster than they can be read. A courtesy, as
 * all news is: where pods may not be watched the last moment has to do.
 */
export async function keepOutputs(
  cluster: Cluster,
  scope: string | undefined,
  signal: AbortSignal,
): Promise<void> {
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
  pod: Pod,
  source: LogSource,
  signal: AbortSignal,
): Promise<void> {
  const owner = pod.metadata?.ownerReferences?.find(({ kind }) => kind === "Job");
  if (!owner) return;
  const reading = readKept(cluster, [source], signal);
  const job = (await readJob(cluster, source.namespace, owner.name, signal))?.body;
  if (!job || job.metadata?.uid !== owner.uid || problemOf(job) !== undefined) return;
  const mark = JSON.stringify(interimMarkOf(job, trimPod(pod)));
  const told = await write(cluster, job, { [END_ANNOTATION]: mark }, hasEnded, signal);
  const end = await reading;
  if (!end) return;
  const kept = { [OUTPUT_ANNOTATION]: toKept(cluster, job, end) };
  await write(cluster, told, kept, () => false, signal);
}
