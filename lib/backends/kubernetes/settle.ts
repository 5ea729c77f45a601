import type { ObservedRun } from "../../runs/observation.ts";
import { hasStatus, isGone } from "./api/api-error.ts";
import type { Job } from "./api/api-types.ts";
import { type Cluster, jobPath } from "./api/cluster.ts";
import { type KubernetesRun, readRun } from "./judge/observed-run.ts";
import { readJob } from "./look/look-closer.ts";
import { FINALIZER, OPEN_LABEL } from "./markers.ts";
import { REMOVE_AFTER, REMOVE_LABEL } from "./removal.ts";

/** Others write on a Job, too; one that changes this often while it is settled will be settled by the next sweep. */
const MAX_TRIES = 5;

/**
 * The one patch that lets a Job go: no longer open, no longer held, and its time to live begins. It is refused where the
 * Job has changed since; the end it was judged by is final, so it is read again and let go as it is then.
 */
export async function settleRun(
  cluster: Cluster,
  run: ObservedRun,
  retentionSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  let seen = isFromList(run) ? run : await readAgain(cluster, run, signal);
  for (let tries = 1; seen && !seen.settled; tries++) {
    try {
      return await letGo(cluster, seen, retentionSeconds, signal);
    } catch (error) {
      if (isGone(error)) return;
      if (!hasStatus(error, 409) || tries >= MAX_TRIES) throw error;
      seen = await readAgain(cluster, run, signal);
    }
  }
}

async function letGo(
  { client }: Cluster,
  { identifier, revision, ttlSeconds = undefined, finished }: KubernetesRun,
  retentionSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const seconds = ttlSeconds ?? retentionSeconds;
  const [namespace = "", name = ""] = identifier.split("/");
  const path = jobPath(namespace, name);
  // A Job that is not finished gets no end from its TTL: it is marked for our own sweep, by the engine's clock.
  const removal = finished ? undefined : await removalAt(client, path, seconds, signal);
  await client.call<Job>({
    method: "PATCH",
    path,
    contentType: "application/strategic-merge-patch+json",
    body: {
      metadata: {
        resourceVersion: revision,
        labels: { [OPEN_LABEL]: null, ...(removal ? { [REMOVE_LABEL]: "true" } : {}) },
        ...(removal ? { annotations: { [REMOVE_AFTER]: removal } } : {}),
        "$deleteFromPrimitiveList/finalizers": [FINALIZER],
      },
      spec: { ttlSecondsAfterFinished: seconds },
    },
    signal,
  });
}

async function removalAt(
  client: Cluster["client"],
  path: string,
  seconds: number,
  signal: AbortSignal,
): Promise<string> {
  const { nowMs } = await client.call<Job>({ method: "GET", path, signal });
  return new Date(nowMs + seconds * 1_000).toISOString();
}

async function readAgain(
  cluster: Cluster,
  { identifier, uid }: ObservedRun,
  signal: AbortSignal,
): Promise<KubernetesRun | undefined> {
  const [namespace = "", name = ""] = identifier.split("/");
  const answer = await readJob(cluster, namespace, name, signal);
  const run = answer && readRun(answer.body, cluster.name);
  return run?.uid === uid ? run : undefined;
}

const isFromList = (run: ObservedRun): run is KubernetesRun => "finished" in run;
