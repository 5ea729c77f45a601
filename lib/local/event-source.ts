import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Log } from "../usecases/dependencies.ts";
import { createPool } from "../usecases/pool.ts";
import { succeededRecords } from "./batch-response.ts";
import { createContext } from "./lambda-context.ts";
import { AT_ONCE, type SqsSource } from "./sqs-source.ts";
import { createSteady, pause, pauseAfter } from "./steady.ts";

/** Lambda's longest: what a handler may take is a matter of image pulls. */
export const LOCAL_TIMEOUT_SECONDS = 900;

export type SqsHandler = (
  event: SQSEvent,
  context: Context,
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
}

export interface EventSource {
  /** Takes no more messages and resolves once everything received has been dealt with. */
  stop(): Promise<void>;
}

/** Feeds a handler from a queue as Lambda's event source mapping does, ReportBatchItemFailures included. */
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
  let receive: ((stop: AbortSignal) => Promise<SQSRecord[]>) | undefined;
  while (!stop.aborted) {
    await invocations.room();
    if (stop.aborted) return;
    const { value: batch, failures } = await steadily(async () => {
      receive ??= receiver(options, await source.describe());
      return receive(stop);
    });
    if (batch === undefined) await pause(pauseAfter(failures), stop);
    else if (batch.length > 0) await invocations.add(() => invoke(options, batch));
  }
}

function receiver(options: EventSourceOptions, queue: { readonly visibilitySeconds: number }) {
  const visibilitySeconds = ownVisibility(options, queue);
  return (stop: AbortSignal) => gather(options, visibilitySeconds, stop);
}

/** A message may not reappear while it is worked on: a queue that would let it is overruled. */
function ownVisibility(
  { timeoutSeconds = LOCAL_TIMEOUT_SECONDS, batchWindowSeconds = 0, log }: EventSourceOptions,
  queue: { readonly visibilitySeconds: number },
): number | undefined {
  const needed = timeoutSeconds + batchWindowSeconds;
  if (queue.visibilitySeconds >= needed) return undefined;
  log.warn("the queue's visibility timeout is too short; messages are received with a longer one", {
    queue_seconds: queue.visibilitySeconds,
    used_seconds: needed,
  });
  return needed;
}

/** One batch: full, or as full as it got before its window closed. */
async function gather(
  options: EventSourceOptions,
  visibilitySeconds: number | undefined,
  stop: AbortSignal,
): Promise<SQSRecord[]> {
  const { source, batchSize = AT_ONCE, batchWindowSeconds = 0, waitSeconds = 5 } = options;
  const batch = await source.receive({ max: batchSize, waitSeconds, visibilitySeconds });
  const closes = performance.now() + batchWindowSeconds * 1_000;
  while (batch.length > 0 && batch.length < batchSize && !stop.aborted) {
    const left = Math.floor((closes - performance.now()) / 1_000); // SQS waits for whole seconds
    if (left < 1) break;
    const max = batchSize - batch.length;
    const more = await source
      .receive({ max, waitSeconds: Math.min(left, waitSeconds), visibilitySeconds })
      .catch(() => undefined); // what is in hand must not wait for a queue that fails; the next receipt says so
    if (more === undefined) break;
    batch.push(...more);
  }
  return batch;
}

async function invoke(options: EventSourceOptions, records: readonly SQSRecord[]): Promise<void> {
  const { source, log } = options;
  try {
    const response = await answerOf(options, records);
    const succeeded = succeededRecords(records, response);
    await source.delete(succeeded).catch((error: unknown) => {
      log.warn("messages could not be deleted and will come again", { error });
    });
  } catch (error) {
    log.error("invocation failed; its messages will come again", {
      messages: records.length,
      error,
    });
  }
}

async function answerOf(
  { handler, functionName = "submit", timeoutSeconds = LOCAL_TIMEOUT_SECONDS }: EventSourceOptions,
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
    return await Promise.race([handler({ Records: [...records] }, context), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
