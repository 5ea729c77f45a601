import type { RequestQueue } from "../queues/request-queue.ts";
import type { Dependencies } from "../usecases/dependencies.ts";
import { submitBatch } from "../usecases/submit-batch.ts";
import { watchFor } from "../usecases/watch.ts";
import type { SqsHandler } from "./event-source.ts";
import type { MessagesInHand } from "./messages-in-hand.ts";

export interface Handlers {
  readonly submit: SqsHandler;
  /** Watches for a while; `stop` ends it early and in good order. */
  readonly watch: (stop: AbortSignal) => Promise<unknown>;
}

const WATCH_MS = 60_000;

/** Beyond this nothing is waited for any more: the next tick sees what was cut off, in milliseconds. */
const CUT_OFF_MS = 300_000;

/** What the two functions do in Lambda, over local dependencies. */
export function createHandlers(deps: Dependencies): Handlers {
  return {
    submit: (event, context, inHand) => {
      const requests = pausing(deps.requests, inHand);
      return submitBatch({ ...deps, requests }, event, context, inHand.dealWith);
    },
    watch: (stop) =>
      watchFor(deps, { signal: AbortSignal.timeout(CUT_OFF_MS), watchMs: WATCH_MS, stop }),
  };
}

/** A pause is the last word on a message's visibility: no extension may come after it. */
const pausing = (requests: RequestQueue, inHand: MessagesInHand): RequestQueue => ({
  ...requests,
  async delay(message, seconds) {
    await inHand.letGo(message.receiptHandle);
    await requests.delay(message, seconds);
  },
});
