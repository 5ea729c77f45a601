import type { RequestMessage } from "../client/request-message.ts";
import { overOwnClient, sendBody } from "../client/send-body.ts";
import type { Engines } from "../local/dependencies.ts";
import { createLocalDependencies } from "../local/dependencies.ts";
import { type EmbeddedQueueOptions, startEmbeddedQueue } from "../local/embedded-queue.ts";
import { createHandlers } from "../local/handlers.ts";
import { startLocalSlipway } from "../local/local-slipway.ts";
import { receiveResults } from "../local/results.ts";
import { toBody } from "../queues/message-body.ts";
import { createSqsClient, type SqsClient } from "../queues/sqs-client.ts";
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
  const client = createSqsClient(place.env);
  return {
    ...carry(client, place.urls),
    async stop() {
      client.destroy();
      await local.stop();
    },
  };
}

/** A queue that others serve. Without a results queue only the engines tell how a run ends. */
export function openCarrier(
  env: Readonly<Record<string, string | undefined>>,
  urls: GivenUrls & { readonly requests: string },
): Carrier {
  const client = createSqsClient(env);
  return { ...carry(client, urls), stop: async () => client.destroy() };
}

function carry(
  client: SqsClient,
  { requests, results }: GivenUrls & { readonly requests: string },
): Omit<Carrier, "stop"> {
  return {
    bringsResults: results !== undefined,
    send: async (request) => {
      await sendBody(overOwnClient(client), { queueUrl: requests, request, body: toBody(request) });
    },
    results: (ids, signal) =>
      results === undefined
        ? nothing()
        : receiveResults({ client, queueUrl: results, ids, signal }),
  };
}

async function* nothing(): AsyncGenerator<Result> {}
