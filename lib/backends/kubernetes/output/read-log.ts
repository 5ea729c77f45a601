import type { IncomingMessage } from "node:http";
import { unavailable } from "../../../runs/launch-error.ts";
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

/** A container's log as it comes; nothing where the container has not begun. Throws an ApiError, also where it breaks off. */
export async function* readLog(
  cluster: Cluster,
  source: LogSource,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stream = await openLog(cluster, source, query, signal);
  if (!stream) return;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw networkError(error);
  } finally {
    stream.destroy();
  }
}

async function openLog(
  { client }: Cluster,
  { namespace, pod, container, previous }: LogSource,
  query: LogQuery,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
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

/** The last `maxBytes` of the last lines; memory stays at twice that, however long the lines are. */
export async function readTail(
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
