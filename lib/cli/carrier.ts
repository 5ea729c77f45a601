import type { RequestMessage } from "../client/request-message.ts";
import { sendBody } from "../client/send-body.ts";
import type { Engines } from "../local/dependencies.ts";
import { createLocalDependencies } from "../local/dependencies.ts";
import { type EmbeddedQueueOptions, startEmbeddedQueue } from "../local/embedded-queue.ts";
import { createHandlers } from "../local/handlers.ts";
import { startLocalSlipway } from "../local/local-slipway.ts";
import { receiveResults } from "../local/results.ts";
import { toBody } from "../queues/message-body.ts";
import { createSqs, type Sqs } from "../queues/sqs.ts";
import type { Result } from "../runs/result.ts";
import type { Log } from "../usecases/dependencies.ts";
import type { GivenUrls } from "./queue-options.ts";

/** What takes a command's requests to their engines, and their results back. */
export interface Carrier {
  /** Whether the results of its runs can be seen. */
  readonly bringsResults: boolean;
  /** Throws a LaunchError where the queue does not take it. */
  send(message: RequestMessage): Promise<void>;
  results(ids: ReadonlySet<string>, signal: AbortSignal): AsyncIterable<Result>;
  /** Runs go on. */
  stop(): Promise<void>;
}

/** A queue, and both functions at work on it, inside this process and gone with it. */
export async function startCarrier(
  engines: Engines,
  log: Log,
  queue: EmbeddedQueueOptions = {},
): Promise<Carrier> {
  const place = await startEmbeddedQueue(queue);
  const handlers = createHandlers(await createLocalDependencies(engines, place, { log }));
  const local = await startLocalSlipway({ place, handlers, log });
  return { ...carry(place.sqs, place.urls), stop: local.stop };
}

/** A queue that others serve. Without a results queue only the engines tell how a run ends. */
export function openCarrier(
  env: Readonly<Record<string, string | undefined>>,
  urls: GivenUrls & { readonly requests: string },
): Carrier {
  const sqs = createSqs(env);
  return { ...carry(sqs, urls), stop: async () => sqs.destroy() };
}

function carry(
  sqs: Sqs,
  { requests, results }: GivenUrls & { readonly requests: string },
): Omit<Carrier, "stop"> {
  return {
    bringsResults: results !== undefined,
    send: async (request) => {
      const body = toBody(request);
      await sendBody(sqs.clientOf(requests), { queueUrl: requests, request, body });
    },
    results: (ids, signal) =>
      results === undefined
        ? nothing()
        : receiveResults({ client: sqs.clientOf(results), queueUrl: results, ids, signal }),
  };
}

async function* nothing(): AsyncGenerator<Result> {}
