import { setTimeout as pause } from "node:timers/promises";
import { unavailable } from "../../../runs/launch-error.ts";
import type { ObservedRun } from "../../../runs/observation.ts";
import type { OutputOptions, OutputPiece } from "../../backend.ts";
import type { Job } from "../api/api-types.ts";
import type { Cluster } from "../api/cluster.ts";
import { endsWithItsPod, terminalCondition } from "../judge/conditions.ts";
import { keptOutputOf } from "../judge/end-mark.ts";
import { type LogSource, logSourceOf } from "../judge/log-source.ts";
import type { KubernetesRun } from "../judge/observed-run.ts";
import { readJob } from "../look/look-closer.ts";
import { readPodsOf } from "../look/read-pods.ts";
import { linesOf, readEnd, readLog } from "./read-log.ts";
import { createTimestampFilter } from "./timestamped.ts";

/** Between two looks whether there is more to read, in milliseconds. */
const LOOK_EVERY_MS = 500;

const GONE = "its pods are gone";

export function readOutput(
  cluster: Cluster,
  run: ObservedRun,
  options: OutputOptions,
): AsyncGenerator<OutputPiece> {
  return asStdout(options.follow ? follow(cluster, run, options) : readOnce(cluster, run, options));
}

/** The API gives both streams as one. */
async function* asStdout(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<OutputPiece> {
  for await (const bytes of chunks) yield { stream: "stdout", bytes };
}

async function* readOnce(
  cluster: Cluster,
  run: ObservedRun,
  { signal, tailBytes }: OutputOptions,
): AsyncGenerator<Uint8Array> {
  const source = await knownSource(cluster, run, signal);
  if (source === "gone") throw unavailable(GONE);
  if (!source) return;
  if ("kept" in source) yield endOf(source.kept, tailBytes);
  else if (tailBytes === undefined) yield* readLog(cluster, source, {}, signal);
  else yield await readEnd(cluster, source, tailBytes, signal);
}

const endOf = (text: string, maxBytes = Number.POSITIVE_INFINITY) =>
  Buffer.from(text).subarray(-maxBytes);

/** As it was seen when the run was judged; else it is looked for. */
async function knownSource(
  cluster: Cluster,
  run: KubernetesRun | ObservedRun,
  signal: AbortSignal,
) {
  if ("log" in run && run.log !== undefined) return run.log;
  const { source, isGone, kept } = await findSource(cluster, run, signal);
  if (kept !== undefined) return { kept };
  return isGone ? "gone" : source;
}

/** Across restarts of the container, retries of the Job and streams that break off, each line once. */
async function* follow(
  cluster: Cluster,
  run: ObservedRun,
  { signal, tailBytes }: OutputOptions,
): AsyncGenerator<Uint8Array> {
  let tailLines = tailBytes && linesOf(tailBytes);
  let pod: string | undefined;
  let last: string | undefined;
  while (!signal.aborted) {
    const { source, isOver, isGone, kept } = await findSource(cluster, run, signal);
    if (kept !== undefined && pod === undefined) {
      yield endOf(kept, tailBytes);
      return;
    }
    if (isGone && pod === undefined) throw unavailable(GONE);
    if (source && source.uid !== pod) [pod, last] = [source.uid, undefined];
    const wasEnded = source?.ended ?? false;
    if (source) {
      const lines = createTimestampFilter(last);
      const sinceTime = last && toSeconds(last);
      const query = { follow: !wasEnded, timestamps: true, sinceTime, tailLines };
      tailLines = undefined; // of what was there at the beginning
      try {
        for await (const chunk of readLog(cluster, source, query, signal))
          for (const piece of lines.push(chunk)) yield piece;
      } catch (error) {
        if (signal.aborted) return;
        if (wasEnded || isOver) throw error;
      }
      last = lines.last;
    }
    if (isGone || (isOver && (wasEnded || !source))) return;
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** `sinceTime` counts in whole seconds; what comes twice is dropped by its timestamp. */
const toSeconds = (timestamp: string) => timestamp.replace(/\.\d+/, "");

interface Found {
  /** undefined where there is nothing to read. */
  readonly source: LogSource | undefined;
  /** Nothing more will be started. */
  readonly isOver: boolean;
  /** There was something to read, and it was taken away. */
  readonly isGone: boolean;
  /** What was kept of it before it was taken away. */
  readonly kept?: string | undefined;
}

async function findSource(
  cluster: Cluster,
  { identifier, key: { hash }, uid }: ObservedRun,
  signal: AbortSignal,
): Promise<Found> {
  const [namespace = "", name = ""] = identifier.split("/");
  const [answer, byRun] = await Promise.all([
    readJob(cluster, namespace, name, signal),
    readPodsOf(cluster, namespace, [hash], signal),
  ]);
  if (!byRun) throw unavailable("its pods may not be read");
  const job = answer?.body.metadata?.uid === uid ? answer.body : undefined;
  const pods = byRun.get(hash) ?? [];
  if (!job) return { source: undefined, isOver: true, isGone: true };
  const source = logSourceOf(job, pods);
  const isLast = source?.ended === true && endsWithItsPod(job);
  const isGone = pods.length === 0 && hasHadPods(job);
  const isOver = isLast || terminalCondition(job) !== undefined;
  return { source, isOver, isGone, kept: pods.length === 0 ? keptOutputOf(job) : undefined };
}

const hasHadPods = ({ status }: Job) => (status?.succeeded ?? 0) + (status?.failed ?? 0) > 0;
