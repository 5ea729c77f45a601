import type { Readable } from "node:stream";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { hasStatus } from "../api/api-error.ts";
import { type Cluster, podPath } from "../api/cluster.ts";
import { networkError } from "../api/transport.ts";
import type { LogSource } from "../judge/log-source.ts";

export interface LogQuery {
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
}

/**
 * A container's log as it comes; nothing where the container has not begun. Throws an ApiError, also where it breaks off,
 * and a LaunchError where the node has the log no more.
 */
export async function* readLog(
  cluster: Cluster,
  source: LogSource,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stream = await openLog(cluster, source, query, signal);
  if (!stream) return;
  let isFirst = true;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (isFirst && isComplaint(chunk, source)) throw unavailable("its node has its log no more");
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof LaunchError ? error : networkError(error);
  } finally {
    stream.destroy();
  }
}

/** No complaint of a kubelet is longer, in bytes. */
const MAX_COMPLAINT = 2_000;

/**
 * A kubelet that does not find the file of a log says so with status 200, in the place of the log (seen on 1.34; the
 * second one is that of a runtime whose container is gone).
 */
function isComplaint(chunk: Buffer, { uid }: LogSource): boolean {
  if (chunk.length > MAX_COMPLAINT) return false;
  const text = chunk.toString();
  const [, path = ""] = /^failed to try resolving symlinks in path "([^"]+)": /.exec(text) ?? [];
  return path.includes(`_${uid}/`) || /^unable to retrieve container logs for \S+$/.test(text);
}

async function openLog(
  { client }: Cluster,
  { namespace, pod, container, previous }: LogSource,
  query: LogQuery,
  signal: AbortSignal,
): Promise<Readable | undefined> {
  try {
    return await client.stream({
      method: "GET",
      path: `${podPath(namespace, pod)}/log`,
      query: { ...query, container, previous },
      isEndless: query.follow === true,
      signal,
    });
  } catch (error) {
    if (hasStatus(error, 400)) return undefined; // "container … is waiting to start"
    if (hasStatus(error, 404)) throw unavailable("its pods are gone");
    throw error;
  }
}

/** A line is thought to have so many bytes; where its end turns out shorter than asked for, all of it is read. */
const BYTES_PER_LINE = 32;

export const linesOf = (bytes: number) => Math.ceil(bytes / BYTES_PER_LINE);

/** The last `maxBytes` of a log. */
export async function readEnd(
  cluster: Cluster,
  source: LogSource,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const lines = linesOf(maxBytes);
  const some = await readTail(cluster, source, lines, maxBytes, signal);
  if (some.length === maxBytes || lines >= maxBytes) return some;
  return readTail(cluster, source, maxBytes, maxBytes, signal);
}

/** The last `maxBytes` of the last lines; memory stays at twice that, however long the lines are. */
async function readTail(
  cluster: Cluster,
  source: LogSource,
  tailLines: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of readLog(cluster, source, { tailLines }, signal)) {
    kept.push(chunk);
    size += chunk.length;
    if (size <= 2 * maxBytes) continue;
    kept = [Buffer.from(Buffer.concat(kept).subarray(-maxBytes))];
    size = maxBytes;
  }
  return Buffer.concat(kept).subarray(-maxBytes);
}
