import { setTimeout as pause } from "node:timers/promises";
import type { Observation } from "../../../runs/observation.ts";
import { hasStatus } from "../api/api-error.ts";
import type { Job } from "../api/api-types.ts";
import { type Cluster, jobsPath } from "../api/cluster.ts";
import { watchJobs } from "../api/watch.ts";
import { OPEN_LABEL } from "../markers.ts";
import { judgeHard, siftPage } from "./judge-page.ts";
import { keepOutputs, restartsContainers } from "./keep-outputs.ts";
import { createNews, type News } from "./news.ts";

/** Between two attempts to watch, in milliseconds. */
const PAUSE_MS = 500;

/** Where a list of one scope ended: a watch goes on from there. */
export interface ListEnd {
  readonly scope: string | undefined;
  readonly version: string;
  /** It has runs whose failed containers are started again. */
  readonly restarts: boolean;
}

/**
 * The news after the lists until the signal aborts. A watch that breaks is begun again, one whose version has become too
 * old is given up: the next list has whatever was missed.
 */
export async function* followRuns(
  cluster: Cluster,
  ends: readonly ListEnd[],
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const news = createNews<string, { job: Job; scope: string | undefined }>();
  const watching = ends.map((end) => watchScope(cluster, end, news, either));
  const keeping = new Map<string | undefined, Promise<void>>();
  const keepOutputsOf = (scope: string | undefined) => {
    if (!keeping.has(scope)) keeping.set(scope, keepOutputs(cluster, scope, either));
  };
  for (const { scope, restarts } of ends) if (restarts) keepOutputsOf(scope);
  try {
    for await (const batch of news.batches(signal))
      for (const [scope, changed] of Map.groupBy(batch, (one) => one.scope)) {
        const jobs = changed.map(({ job }) => job);
        if (jobs.some(restartsContainers)) keepOutputsOf(scope);
        const page = { jobs, nowMs: Number.NaN, scope };
        const sifted = await siftPage(cluster, page, new Map(), signal);
        yield* sifted.seen;
        yield* judgeHard(cluster, sifted, signal);
      }
  } finally {
    stop.abort();
    await Promise.all([...watching, ...keeping.values()]);
  }
}

async function watchScope(
  { client }: Cluster,
  { scope, version: start }: ListEnd,
  news: News<string, { job: Job; scope: string | undefined }>,
  signal: AbortSignal,
): Promise<void> {
  let version = start;
  while (!signal.aborted) {
    try {
      const watch = watchJobs(client, jobsPath(scope), `${OPEN_LABEL}=true`, version, signal);
      for await (const { object: job, version: next = version } of watch) {
        version = next;
        if (job) news.put(job.metadata?.uid ?? "", { job, scope });
      }
    } catch (error) {
      if (hasStatus(error, 410)) return;
      await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
