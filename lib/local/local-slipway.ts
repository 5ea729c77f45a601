import type { Log } from "../usecases/dependencies.ts";
import { type EventSourceOptions, startEventSource } from "./event-source.ts";
import type { Handlers } from "./handlers.ts";
import type { QueuePlace } from "./queue-place.ts";
import { startSchedule } from "./schedule.ts";
import { createSqsSource } from "./sqs-source.ts";

type Limits = Pick<
  EventSourceOptions,
  "batchSize" | "batchWindowSeconds" | "maxConcurrency" | "timeoutSeconds" | "waitSeconds"
>;

export interface LocalSlipwayOptions extends Limits {
  readonly place: QueuePlace;
  readonly handlers: Handlers;
  readonly log: Log;
  /** The least time between the beginnings of two ticks of the watcher, in milliseconds. */
  readonly watchEveryMs?: number;
}

export interface LocalSlipway {
  /** Takes no more requests, finishes those in hand, lets the watcher finish its tick, and stops the queue. Runs go on. */
  stop(): Promise<void>;
}

/** Both functions at work on one machine: one fed from the requests queue, the other by the clock. */
export async function startLocalSlipway(options: LocalSlipwayOptions): Promise<LocalSlipway> {
  const { place, handlers, log, watchEveryMs = 1_000, ...limits } = options;
  const queueUrl = place.urls.requests;
  const source = createSqsSource({ client: place.sqs.clientOf(queueUrl), queueUrl });
  const events = startEventSource({ source, handler: handlers.submit, log, ...limits });
  const schedule = startSchedule({ tick: handlers.watch, everyMs: watchEveryMs, log });
  return {
    async stop() {
      const releasing = setInterval(() => place.releasePolls(), RELEASE_EVERY_MS);
      try {
        await Promise.all([events.stop(), schedule.stop()]);
      } finally {
        clearInterval(releasing);
        await place.stop();
      }
    },
  };
}

/** A poll may have been on its way when the last release came. */
const RELEASE_EVERY_MS = 20;
