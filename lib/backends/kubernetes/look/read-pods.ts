import { hasStatus } from "../api/api-error.ts";
import type { Pod } from "../api/api-types.ts";
import { type Cluster, podsPath } from "../api/cluster.ts";
import { type ListQuery, listPages } from "../api/pages.ts";
import { OPEN_LABEL, RUN_LABEL } from "../markers.ts";
import { trimPod } from "./trim-pod.ts";

/** Pods by the hash of their run; undefined where we may not read pods. */
export type PodsByRun = ReadonlyMap<string, readonly Pod[]> | undefined;

/** So many runs are asked for in one call: 17 characters each, in a URL that load balancers cut off at 8 KiB. */
const RUNS_PER_CALL = 200;

/** Those that run or may come to run: settled runs have none, however many of them lie around. */
export function readLivePods(
  cluster: Cluster,
  scope: string | undefined,
  signal: AbortSignal,
): Promise<PodsByRun> {
  const query = {
    labelSelector: `${OPEN_LABEL}=true`,
    fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
  };
  return readable(collectPods(cluster, scope, [query], signal));
}

/** All pods of these runs. */
export function readPodsOf(
  cluster: Cluster,
  scope: string | undefined,
  hashes: readonly string[],
  signal: AbortSignal,
): Promise<PodsByRun> {
  const queries = Array.from({ length: Math.ceil(hashes.length / RUNS_PER_CALL) }, (_, index) => {
    const some = hashes.slice(index * RUNS_PER_CALL, (index + 1) * RUNS_PER_CALL);
    return { labelSelector: `${RUN_LABEL} in (${some.join(",")})` };
  });
  return readable(collectPods(cluster, scope, queries, signal));
}

async function collectPods(
  { client }: Cluster,
  scope: string | undefined,
  queries: readonly ListQuery[],
  signal: AbortSignal,
): Promise<Map<string, Pod[]>> {
  const byUid = new Map<string, Pod>(); // a list that was started again brings pods twice
  for (const query of queries)
    for await (const { body } of listPages<Pod>(client, podsPath(scope), query, signal))
      for (const pod of body.items) byUid.set(pod.metadata?.uid ?? "", trimPod(pod));
  return Map.groupBy(byUid.values(), ({ metadata }) => metadata?.labels?.[RUN_LABEL] ?? "");
}

/** Without the right to read pods a Job's own outcome can still be told. */
async function readable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}
