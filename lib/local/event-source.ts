import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Log } from "../usecases/dependencies.ts";
import { createPool } from "../usecases/pool.ts";
import { succeededRecords } from "./batch-response.ts";
import { createContext } from "./lambda-context.ts";
import { createMessagesInHand, type MessagesInHand } from "./messages-in-hand.ts";
import { AT_ONCE, type SqsSource } from "./sqs-source.ts";
import { createSteady, pause, pauseAfter } from "./steady.ts";

/** Lambda's longest: what a handler may take is a matter of image pulls. */
export const LOCAL_TIMEOUT_SECONDS = 900;

export type SqsHandler = (
  event: SQSEvent,
  context: Context,
  inHand: MessagesInHand,
) => Promise<SQSBatchResponse | undefined>;

export interface EventSourceOptions {
  readonly source: SqsSource;
  readonly handler: SqsHandler;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly functionName?: string;
  /** At most so many messages for one invocation. */
  readonly batchSize?: number;
  /** How long a batch that is not full waits for more, in seconds. */
  readonly batchWindowSeconds?: number;
  /** At most so many invocations at once. */
  readonly maxConcurrency?: number;
  /** How long one invocation may take, in seconds; then its batch counts as failed. */
  readonly timeoutSeconds?: number;
  /** The longest that stopping waits for a receipt under way, in seconds (≤ 20). */
  readonly waitSeconds?: number;
  /** How long messages stay out of sight if this process is killed, in seconds. */
  readonly visibilitySeconds?: number;
}

type InHand = ReturnType<typeof createMessagesInHand>;

export interface EventSource {
  /** Takes no more messages and resolves once everything received has been dealt with. */
  stop(): Promise<void>;
}

/**
 * Feeds a handler from a queue as Lambda's event source mapping does, ReportBatchItemFailures included. Unlike Lambda,
 * which outlives its functions, it may be killed with messages in hand, so these are out of sight for a short while only,
 * which is extended as long as they are worked on (decision 0027).
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { maxConcurrency = 5 } = options;
  const stopping = new AbortController();
  const invocations = createPool(maxConcurrency);
  const running = poll(options, invocations, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
      await invocations.idle();
    },
  };
}

async function poll(
  options: EventSourceOptions,
  invocations: ReturnType<typeof createPool>,
  stop: AbortSignal,
): Promise<void> {
  const { source, log } = options;
  const steadily = createSteady({ doing: "receive messages", log });
  const inHand = createMessagesInHand(options);
  let isDescribed = false;
  while (!stop.aborted) {
    await invocations.room();
    if (stop.aborted) return;
    const { value: batch, failures } = await steadily(async () => {
      if (!isDescribed) await source.describe();
      isDescribed = true;
      return gather(options, inHand, stop);
    });
    if (batch === undefined) await pause(pauseAfter(failures), stop);
    else if (batch.length > 0) await invocations.add(() => invoke(options, inHand, batch));
  }
}

/** One batch: full, or as full as it got before its window closed. */
async function gather(
  options: EventSourceOptions,
  inHand: InHand,
  stop: AbortSignal,
): Promise<SQSRecord[]> {
  const { source, batchSize = AT_ONCE, batchWindowSeconds = 0, waitSeconds = 5 } = options;
  const { visibilitySeconds } = inHand;
  const batch = await source.receive({ max: batchSize, waitSeconds, visibilitySeconds });
  inHand.take(batch);
  const closes = performance.now() + batchWindowSeconds * 1_000;
  while (batch.length > 0 && batch.length < batchSize && !stop.aborted) {
    const left = Math.floor((closes - performance.now()) / 1_000); // SQS waits for whole seconds
    if (left < 1) break;
    const max = batchSize - batch.length;
    const more = await source
      .receive({ max, waitSeconds: Math.min(left, waitSeconds), visibilitySeconds })
      .catch(() => undefined); // what is in hand must not wait for a queue that fails; the next receipt says so
    if (more === undefined) break;
    inHand.take(more);
    batch.push(...more);
  }
  return batch;
}

async function invoke(
  options: EventSourceOptions,
  inHand: InHand,
  records: readonly SQSRecord[],
): Promise<void> {
  try {
    const response = await answerOf(options, inHand, records);
    for (const record of succeededRecords(records, response)) inHand.done(record);
  } catch (error) {
    options.log.error("invocation failed; its messages will come again", {
      messages: records.length,
      error,
    });
  }
  await inHand.release(records);
}

async function answerOf(
  { handler, functionName = "submit", timeoutSeconds = LOCAL_TIMEOUT_SECONDS }: EventSourceOptions,
  inHand: InHand,
  records: readonly SQSRecord[],
): Promise<unknown> {
  const timeoutMs = timeoutSeconds * 1_000;
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the handler took longer than ${timeoutSeconds} seconds`)),
    timeoutMs,
  );
  try {
    const context = createContext(functionName, timeoutMs);
    return await Promise.race([handler({ Records: [...records] }, context, inHand), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
