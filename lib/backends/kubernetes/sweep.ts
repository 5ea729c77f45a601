import type { Swept } from "../backend.ts";
import { ignoreGone } from "./api/api-error.ts";
import type { Job } from "./api/api-types.ts";
import { type Cluster, jobPath, jobsPath } from "./api/cluster.ts";
import { listPages } from "./api/pages.ts";
import { OPEN_LABEL } from "./markers.ts";
import { REMOVE_AFTER, REMOVE_LABEL } from "./removal.ts";

/**
 * Removes what retention has ended. The cluster does so itself with finished Jobs, by their TTL, however many there are;
 * left to us are the few that never finish: tombstones, suspended runs, those of a lost node.
 */
export async function sweepCluster(cluster: Cluster, signal: AbortSignal): Promise<Swept> {
  const labelSelector = `${REMOVE_LABEL}=true,!${OPEN_LABEL}`;
  let removed = 0;
  for (const scope of cluster.scopes)
    for await (const { body, nowMs } of listPages<Job>(
      cluster.client,
      jobsPath(scope),
      { labelSelector },
      signal,
    )) {
      const due = body.items.filter((job) => isDue(job, nowMs));
      await Promise.all(due.map((job) => remove(cluster, job, signal)));
      removed += due.length;
    }
  return { removed };
}

function isDue({ metadata }: Job, nowMs: number): boolean {
  const at = Date.parse(metadata?.annotations?.[REMOVE_AFTER] ?? "");
  return metadata?.deletionTimestamp === undefined && nowMs >= at;
}

async function remove({ client }: Cluster, { metadata }: Job, signal: AbortSignal): Promise<void> {
  const { namespace = "", name = "", uid } = metadata ?? {};
  await client
    .call({
      method: "DELETE",
      path: jobPath(namespace, name),
      body: { propagationPolicy: "Background", preconditions: { uid } },
      signal,
    })
    .catch(ignoreGone);
}
