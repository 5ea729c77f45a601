import type { Dependencies } from "../usecases/dependencies.ts";
import { submitBatch } from "../usecases/submit-batch.ts";
import { watchFor } from "../usecases/watch.ts";
import type { SqsHandler } from "./event-source.ts";

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
    submit: (event, context) => submitBatch(deps, event, context),
    watch: (stop) =>
      watchFor(deps, { signal: AbortSignal.timeout(CUT_OFF_MS), watchMs: WATCH_MS, stop }),
  };
}
