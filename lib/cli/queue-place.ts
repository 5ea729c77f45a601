import { findDevQueue, stateDirectory } from "./dev-queue.ts";
import { type GivenUrls, givenUrls, type QueueOptions } from "./queue-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export interface KnownQueue {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly urls: GivenUrls & { readonly requests: string };
  /** Whether it is that of a `slipway dev` on this machine. */
  readonly isDev: boolean;
}

/** The queue that is named, else that of this user's running `slipway dev`. Throws a UsageError where there is neither. */
export async function requireQueue(options: QueueOptions, terminal: Terminal): Promise<KnownQueue> {
  const { requests, results } = givenUrls(options, terminal);
  if (requests !== undefined)
    return { env: terminal.env, urls: { requests, results }, isDev: false };
  const dev = await findDevQueue(stateDirectory(terminal.env));
  if (dev) return { env: { ...terminal.env, ...dev.env }, urls: dev.urls, isDev: true };
  throw new UsageError(
    "there is no queue to send to",
    "Start slipway dev in another terminal, or name a queue with --queue-url or SLIPWAY_REQUESTS_URL.",
  );
}
