import type { RequestQueue } from "./request-queue.ts";

/**
 * Stands for the requests queue where an event came from none (`serverless invoke local`): there is nothing whose
 * visibility could be changed, and the only clock is this machine's.
 */
export function createNoQueue(now: () => number = Date.now): RequestQueue {
  return { delay: async () => undefined, nowMs: async () => now() };
}
