import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Dispatched } from "./dispatcher.ts";
import type { WholeAnswer } from "./transport.ts";

/** An answer's body beyond this is nothing that was asked for. */
const MAX_BODY_BYTES = 128 * 1_048_576;

/**
 * One call with its whole answer. undici's own `request` makes a stream of every answer, which costs as much again as the
 * rest of the call.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatched,
  signal: AbortSignal,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let statusCode = 0;
    let headers: IncomingHttpHeaders = {};
    let controller: Dispatcher.DispatchController | undefined;
    const abort = () => {
      controller?.abort(signal.reason);
      reject(signal.reason); // it may still wait for a connection
    };
    const settle = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    dispatcher.dispatch(options, {
      onRequestStart(given) {
        controller = given;
        if (signal.aborted) given.abort(signal.reason);
      },
      onResponseStart(_, status, given) {
        statusCode = status;
        headers = given;
        options.taken.wasUsed = false; // what breaks off from here on was alive
      },
      onResponseData(given, chunk) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_BODY_BYTES)
          given.abort(new Error(`its answer is larger than ${MAX_BODY_BYTES} bytes`));
      },
      onResponseEnd() {
        settle();
        const answer = { statusCode, headers, body: Buffer.concat(chunks) };
        whenFree(() => resolve(answer));
      },
      onResponseError(_, error) {
        settle();
        reject(error);
      },
    });
  });
}

/** undici frees a connection one turn after its answer: who calls again at once would get a further one. */
const whenFree = (then: () => void) => queueMicrotask(() => setImmediate(then));
