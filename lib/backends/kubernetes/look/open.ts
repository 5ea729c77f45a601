import type { Observation } from "../../../runs/observation.ts";
import type { OpenOptions } from "../../backend.ts";
import type { Answer } from "../api/answer.ts";
import type { ApiList, Job } from "../api/api-types.ts";
import { type Cluster, jobsPath } from "../api/cluster.ts";
import { digestPages } from "../api/pages.ts";
import { OPEN_LABEL } from "../markers.ts";
import { followRuns, type ListEnd } from "./follow.ts";
import { judgeHard, type Sifted, siftPage } from "./judge-page.ts";
import { restartsContainers } from "./keep-outputs.ts";
import { readLivePods } from "./read-pods.ts";

/** Every run that is not settled, judged page by page; then, with `follow`, the news of them. Throws an ApiError. */
export async function* openRuns(
  cluster: Cluster,
  { signal, follow = false }: OpenOptions,
): AsyncGenerator<Observation> {
  try {
    const ends: ListEnd[] = [];
    for (const scope of cluster.scopes) {
      let version = "";
      let restarts = false;
      for await (const page of siftScope(cluster, scope, signal)) {
        version = page.version;
        restarts ||= page.restarts;
        for (const observation of page.seen) yield observation;
        if (page.hard.length > 0) yield* judgeHard(cluster, page, signal);
      }
      ends.push({ scope, version, restarts });
    }
    if (follow) yield* followRuns(cluster, ends, signal);
  } catch (error) {
    if (!(follow && signal.aborted)) throw error;
  }
}

async function* siftScope(
  cluster: Cluster,
  scope: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Sifted & Pick<ListEnd, "version" | "restarts">> {
  const live = await readLivePods(cluster, scope, signal);
  const query = { labelSelector: `${OPEN_LABEL}=true` };
  const sift = async ({ body, nowMs }: Answer<ApiList<Job>>) => ({
    ...(await siftPage(cluster, { jobs: body.items, nowMs, scope }, live, signal)),
    version: body.metadata.resourceVersion ?? "",
    restarts: body.items.some(restartsContainers),
  });
  yield* digestPages(cluster.client, jobsPath(scope), query, signal, sift);
}
