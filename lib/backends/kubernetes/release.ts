import { hasStatus, isGone } from "./api/api-error.ts";
import type { Job } from "./api/api-types.ts";
import { type Cluster, jobPath, jobsPath } from "./api/cluster.ts";
import { listPages } from "./api/pages.ts";
import { FINALIZER, OPEN_LABEL, RUN_LABEL } from "./markers.ts";

export interface Released {
  /** Jobs that nothing of ours holds any more. */
  readonly released: number;
  /** Those of them whose results had not been published, and now never will be; as `namespace/name`. */
  readonly unpublished: readonly string[];
}

/**
 * Lets go of everything of ours in a cluster, for somebody who uninstalls Slipway: whatever runs, runs on, and anybody may
 * delete it. To be repeated until it releases nothing, for launchers may still be at work.
 */
export async function releaseCluster(
  cluster: Cluster,
  ttlSeconds: number,
  signal: AbortSignal,
): Promise<Released> {
  const unpublished: string[] = [];
  let released = 0;
  for (const scope of cluster.scopes) {
    const query = { labelSelector: RUN_LABEL };
    for await (const { body } of listPages<Job>(cluster.client, jobsPath(scope), query, signal))
      for (const job of body.items.filter(isHeld)) {
        await letGo(cluster, job, ttlSeconds, signal);
        released++;
        if (isOpen(job)) unpublished.push(`${job.metadata?.namespace}/${job.metadata?.name}`);
      }
  }
  return { released, unpublished };
}

const isOpen = ({ metadata }: Job) => metadata?.labels?.[OPEN_LABEL] !== undefined;
const isHeld = (job: Job) => isOpen(job) || job.metadata?.finalizers?.includes(FINALIZER) === true;

async function letGo(
  { client }: Cluster,
  { metadata }: Job,
  ttlSecondsAfterFinished: number,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name = "", uid } = metadata ?? {};
  try {
    await client.call<Job>({
      method: "PATCH",
      path: jobPath(namespace, name),
      contentType: "application/strategic-merge-patch+json",
      body: {
        metadata: {
          uid,
          labels: { [OPEN_LABEL]: null },
          "$deleteFromPrimitiveList/finalizers": [FINALIZER],
        },
        spec: { ttlSecondsAfterFinished },
      },
      signal,
    });
  } catch (error) {
    if (!isGone(error) && !hasStatus(error, 409)) throw error; // 409: another object has the name by now
  }
}
