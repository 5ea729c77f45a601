import { ApiError } from "./api-error.ts";
import type { ApiStatus, Job } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import type { ListQuery } from "./pages.ts";
import { readLines } from "./read-lines.ts";

/** The server ends a watch after this; then it is begun again, in seconds. */
const SERVER_SECONDS = 240;

/** A server sends a bookmark every minute: a watch that says nothing for longer is dead, in milliseconds. */
const SILENCE_MS = 90_000;

interface Versioned {
  readonly metadata?: { readonly resourceVersion?: string };
}

type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: T }
  | { readonly type: "ERROR"; readonly object: ApiStatus };

export interface ObjectNews<T> {
  /** undefined for a bookmark, and for what has left the selection. */
  readonly object: T | undefined;
  /** Where to go on from. */
  readonly version: string | undefined;
}

/** What happens to Jobs after a version of a list, until the server ends it. Throws an ApiError; 410 where the version is too old. */
export const watchJobs = (
  client: KubernetesClient,
  path: string,
  labelSelector: string,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectNews<Job>> =>
  watchObjects<Job>(client, path, { labelSelector, resourceVersion }, signal);

/** The same for whatever is at `path`; without a version it begins with everything that is there. */
export async function* watchObjects<T extends Versioned>(
  client: KubernetesClient,
  path: string,
  selection: ListQuery & { readonly resourceVersion?: string },
  signal: AbortSignal,
): AsyncGenerator<ObjectNews<T>> {
  const query = {
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: SERVER_SECONDS,
    ...selection,
  };
  const how = { isEndless: true, silenceMs: SILENCE_MS, signal };
  const stream = await client.stream({ method: "GET", path, query, ...how });
  try {
    for await (const line of readLines(stream)) yield toNews(JSON.parse(line) as WatchEvent<T>);
  } finally {
    stream.destroy();
  }
}

function toNews<T extends Versioned>(event: WatchEvent<T>): ObjectNews<T> {
  if (event.type === "ERROR") {
    const { code = 0, message = "the watch failed" } = event.object;
    throw new ApiError(code, message, { status: event.object });
  }
  const isChange = event.type === "ADDED" || event.type === "MODIFIED";
  return {
    object: isChange ? event.object : undefined,
    version: event.object.metadata?.resourceVersion,
  };
}
