import { type BatchResultErrorEntry, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { LaunchError, unavailable } from "../runs/launch-error.ts";
import { type Parcel, toBatches, toParcel } from "./result-batches.ts";
import type { ResultSink } from "./result-sink.ts";
import { refusesSize, toQueueError } from "./sqs-errors.ts";
import type { SqsQueue } from "./sqs-queue.ts";

type Outcome = LaunchError | undefined;

const WITHIN_MS = 30_000;

/** By how much a result shrinks each time the queue finds it too long: its limit may be anything from 1 KiB to 1 MiB. */
const SHRINK = 4;

/**
 * Results as SQS messages. On a FIFO queue the group is the run and the deduplication id is the event, so that a copy is
 * dropped by the queue itself. What is too long is shortened rather than kept back: a run's end is always told.
 */
export function createSqsResultSink(queue: SqsQueue): ResultSink {
  const fifo = queue.queueUrl.endsWith(".fifo");
  return {
    async publish(results, signal) {
      const parcels = results.map((result, index) => toParcel(result, index, fifo));
      const outcomes: Outcome[] = parcels.map((parcel) => (parcel ? undefined : TOO_LONG));
      for (const batch of toBatches(parcels.filter((parcel) => parcel !== undefined))) {
        const errors = await sendBatch(queue, batch, signal);
        for (const [index, error] of errors) outcomes[index] = error;
      }
      return outcomes;
    },
  };
}

const TOO_LONG = new LaunchError("Invalid", "the result does not fit into a message of SQS");

type Errors = ReadonlyMap<number, LaunchError>;

/** The errors of those that are not out, by their index. */
async function sendBatch(
  queue: SqsQueue,
  batch: readonly Parcel[],
  signal: AbortSignal,
): Promise<Errors> {
  try {
    const failures = await call(queue, batch, signal);
    const refused = batch.filter(({ entry }) => failures.has(entry.Id));
    return merge(
      await Promise.all(
        refused.map((parcel) =>
          settleRefusal(queue, parcel, failures.get(parcel.entry.Id), signal),
        ),
      ),
    );
  } catch (error) {
    const [only] = batch;
    if (batch.length > 1 && refusesSize(error)) return sendEach(queue, batch, signal);
    if (only && refusesSize(error)) return sendShorter(queue, only, error, signal);
    const failure = toQueueError(error, "publish results");
    return new Map(batch.map(({ index }) => [index, failure]));
  }
}

/** The server's limit for a whole batch may be lower than AWS's: then each result travels alone. */
async function sendEach(queue: SqsQueue, batch: readonly Parcel[], signal: AbortSignal) {
  const errors: Errors[] = [];
  for (const parcel of batch) errors.push(await sendBatch(queue, [parcel], signal));
  return merge(errors);
}

async function call({ client, queueUrl }: SqsQueue, batch: readonly Parcel[], signal: AbortSignal) {
  const input = { QueueUrl: queueUrl, Entries: batch.map(({ entry }) => entry) };
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
  const { Failed = [] } = await client.send(new SendMessageBatchCommand(input), { abortSignal });
  return new Map(Failed.map((failure) => [failure.Id, failure]));
}

async function settleRefusal(
  queue: SqsQueue,
  parcel: Parcel,
  failure: BatchResultErrorEntry | undefined,
  signal: AbortSignal,
): Promise<Errors> {
  const reason = `${failure?.Message ?? "no reason given"} (${failure?.Code ?? "no code"})`;
  const message = `SQS could not publish a result: ${reason}`;
  if (!failure?.SenderFault) return new Map([[parcel.index, unavailable(message)]]);
  const error = new LaunchError("Invalid", message);
  const size = refusesSize({ name: failure.Code, message: failure.Message });
  return size ? sendShorter(queue, parcel, error, signal) : new Map([[parcel.index, error]]);
}

async function sendShorter(
  queue: SqsQueue,
  parcel: Parcel,
  error: unknown,
  signal: AbortSignal,
): Promise<Errors> {
  const fifo = parcel.entry.MessageGroupId !== undefined;
  const shorter = toParcel(parcel.result, parcel.index, fifo, Math.floor(parcel.size / SHRINK));
  if (shorter) return sendBatch(queue, [shorter], signal);
  return new Map([[parcel.index, toQueueError(error, "publish a result")]]);
}

const merge = (errors: readonly Errors[]): Errors => new Map(errors.flatMap((each) => [...each]));
