import { outputTail } from "../../../runs/output-tail.ts";
import { hasStatus } from "../api/api-error.ts";
import type { Job } from "../api/api-types.ts";
import { type Cluster, jobPath } from "../api/cluster.ts";
import { END_ANNOTATION, keptOutputOf, OUTPUT_ANNOTATION, readEndMark } from "../judge/end-mark.ts";
import type { JobView } from "../judge/job-view.ts";
import { endMarkOf } from "../judge/last-sight.ts";
import { type LogSource, logSourceOf } from "../judge/log-source.ts";
import { readRun } from "../judge/observed-run.ts";
import { readEnd } from "../output/read-log.ts";
import { readJob } from "./look-closer.ts";

/** A node that does not hand out a log in this time keeps nobody waiting, in milliseconds. */
const LOG_DEADLINE_MS = 3_000;

/** Annotations hold 256 KiB together, and the request may have some of its own, in bytes. */
const MAX_KEPT_BYTES = 65_536;

/** Each try is thwarted only by somebody else's change of the same Job: its controller writes often at this moment. */
const MAX_TRIES = 5;

/**
 * Writes on a Job how its pods ended, where they say so, and then the end of their output, while they are there to be read.
 * Returns the run as it is then. Whoever comes second keeps to what the first has written.
 */
export async function keepEnd(
  cluster: Cluster,
  view: JobView,
  signal: AbortSignal,
): Promise<JobView> {
  const reading = outputOf(cluster, view, signal); // it may take longer than the pod is there
  const mark = endMarkOf(view);
  const told = mark
    ? await write(cluster, view.job, { [END_ANNOTATION]: JSON.stringify(mark) }, hasEnded, signal)
    : view.job;
  const output = await reading;
  const kept =
    output === undefined
      ? told
      : await write(cluster, told, { [OUTPUT_ANNOTATION]: output }, hasOutput, signal).catch(
          ignoreTooLarge(told),
        );
  return { ...view, job: kept };
}

/** For good: an interim end gives way. */
export const hasEnded = (job: Job) => readEndMark(job) !== undefined;
const hasOutput = (job: Job) => keptOutputOf(job) !== undefined;

/** The request's own annotations may leave no room for it. */
const ignoreTooLarge = (job: Job) => (error: unknown) => {
  if (hasStatus(error, 413, 422)) return job;
  throw error;
};

/** Annotates a Job however often others change it meanwhile, unless somebody has written the same before. */
export async function write(
  cluster: Cluster,
  seen: Job,
  annotations: Readonly<Record<string, string>>,
  isWritten: (job: Job) => boolean,
  signal: AbortSignal,
): Promise<Job> {
  let job = seen;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (isWritten(job)) break;
    try {
      return await annotate(cluster, job, annotations, signal);
    } catch (error) {
      if (!hasStatus(error, 404, 409)) throw error;
      const now = await readAgain(cluster, job, signal);
      if (!now) break;
      job = now;
    }
  }
  return job;
}

async function outputOf(
  cluster: Cluster,
  { job, pods = [] }: JobView,
  signal: AbortSignal,
): Promise<string | undefined> {
  const source = logSourceOf(job, pods);
  if (!source) return undefined;
  // A node removes the instance before first; what there is of the current one says more than nothing.
  const sources = source.previous ? [source, { ...source, previous: false }] : [source];
  const read = await readKept(cluster, sources, signal);
  return read && toKept(cluster, job, read);
}

/** As much of an output's end as is kept; undefined where it is not wanted, or not to be had: nobody waits or fails for it. */
export async function readKept(
  cluster: Cluster,
  sources: readonly LogSource[],
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (cluster.tailBytes === 0) return undefined;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOG_DEADLINE_MS)]);
  for (const source of sources) {
    const end = await readEnd(cluster, source, keptBytes(cluster), deadline).catch(() => undefined);
    const isWanted = source === sources[0];
    if (end && (isWanted || end.length > 0)) return end;
  }
  return undefined;
}

/** One more than a result carries tells that there was more. */
const keptBytes = ({ tailBytes }: Cluster) => Math.min(MAX_KEPT_BYTES, tailBytes + 1);

/** As it is written on a Job: text, with its secrets masked. */
export const toKept = (cluster: Cluster, job: Job, end: Uint8Array): string =>
  outputTail(end, keptBytes(cluster), readRun(job, cluster.name).secrets).tail;

async function annotate(
  { client }: Cluster,
  { metadata }: Job,
  annotations: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Job> {
  const { name = "", namespace = "", uid, resourceVersion } = metadata ?? {};
  const { body } = await client.call<Job>({
    method: "PATCH",
    path: jobPath(namespace, name),
    contentType: "application/merge-patch+json",
    body: { metadata: { uid, resourceVersion, annotations } },
    signal,
  });
  return body;
}

async function readAgain(
  cluster: Cluster,
  { metadata }: Job,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const { name = "", namespace = "", uid } = metadata ?? {};
  const answer = await readJob(cluster, namespace, name, signal);
  return answer?.body.metadata?.uid === uid ? answer?.body : undefined;
}
