import type { Observation } from "../../../runs/observation.ts";
import type { OpenOptions } from "../../backend.ts";
import type { Job } from "../api/api-types.ts";
import { type Cluster, jobsPath } from "../api/cluster.ts";
import { listPages } from "../api/pages.ts";
import { OPEN_LABEL } from "../markers.ts";
import { followRuns, type ListEnd } from "./follow.ts";
import { judgePage } from "./judge-page.ts";
import { readLivePods } from "./read-pods.ts";

/** Every run that is not settled, judged page by page; then, with `follow`, the news of them. Throws an ApiError. */
export async function* openRuns(
  cluster: Cluster,
  { signal, follow = false }: OpenOptions,
): AsyncGenerator<Observation> {
  try {
    const ends: ListEnd[] = [];
    for (const scope of cluster.scopes) ends.push(yield* listScope(cluster, scope, signal));
    if (follow) yield* followRuns(cluster, ends, signal);
  } catch (error) {
    if (!(follow && signal.aborted)) throw error;
  }
}

async function* listScope(
  cluster: Cluster,
  scope: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Observation, ListEnd> {
  const live = await readLivePods(cluster, scope, signal);
  const query = { labelSelector: `${OPEN_LABEL}=true` };
  let version = "";
  for await (const page of listPages<Job>(cluster.client, jobsPath(scope), query, signal)) {
    version = page.body.metadata.resourceVersion ?? "";
    yield* judgePage(cluster, { jobs: page.body.items, nowMs: page.nowMs, scope }, live, signal);
  }
  return { scope, version };
}
