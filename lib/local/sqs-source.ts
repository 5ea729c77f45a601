import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { toQueueError } from "../queues/sqs-errors.ts";
import { RECEIVE_EVERYTHING, toSqsRecord } from "../queues/sqs-message.ts";
import type { SqsQueue } from "../queues/sqs-queue.ts";
import { unavailable } from "../runs/launch-error.ts";

/** SQS' own limit for one receipt and one deletion. */
export const AT_ONCE = 10;

/** Short of the time between two extensions, so that the next one can still be in time. */
const EXTEND_WITHIN_MS = 10_000;

export interface Receipt {
  readonly max: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
}

/** The calls that an event source makes. */
export interface SqsSource {
  /** Throws where there is no such queue, or nobody answers. */
  describe(): Promise<void>;
  /**
   * Never cut off from outside: a server that has answered a receipt which nobody reads any more keeps the messages out
   * of sight until their visibility ends.
   */
  receive(receipt: Receipt): Promise<SQSRecord[]>;
  /**
   * Keeps at most ten messages out of sight for so many seconds from now. Returns the receipt handles for which that
   * cannot be done any more: they are visible again, or deleted.
   */
  extend(receiptHandles: readonly string[], seconds: number): Promise<string[]>;
  /** Throws where any of them was not deleted. */
  delete(records: readonly SQSRecord[]): Promise<void>;
}

export function createSqsSource({ client, queueUrl }: SqsQueue): SqsSource {
  let arn = "";
  return {
    async describe() {
      const { Attributes = {} } = await client
        .send(
          new GetQueueAttributesCommand({
            QueueUrl: queueUrl,
            AttributeNames: ["QueueArn"],
          }),
        )
        .catch(rethrow("describe the queue"));
      arn = Attributes.QueueArn ?? "";
    },
    async receive({ max, waitSeconds, visibilitySeconds }) {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(AT_ONCE, max),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        ...RECEIVE_EVERYTHING,
      };
      const { Messages = [] } = await client
        .send(new ReceiveMessageCommand(input))
        .catch(rethrow("receive messages"));
      return Messages.map((message) => toSqsRecord(message, arn));
    },
    async extend(receiptHandles, seconds) {
      const Entries = receiptHandles.map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: seconds,
      }));
      const { Failed = [] } = await client
        .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }), {
          abortSignal: AbortSignal.timeout(EXTEND_WITHIN_MS),
        })
        .catch(rethrow("keep messages out of sight"));
      return Failed.filter(({ SenderFault }) => SenderFault).flatMap(
        ({ Id }) => receiptHandles[Number(Id)] ?? [],
      );
    },
    async delete(records) {
      for (let start = 0; start < records.length; start += AT_ONCE)
        await deleteBatch({ client, queueUrl }, records.slice(start, start + AT_ONCE));
    },
  };
}

async function deleteBatch(
  { client, queueUrl }: SqsQueue,
  records: readonly SQSRecord[],
): Promise<void> {
  const Entries = records.map(({ receiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
  }));
  const { Failed = [] } = await client
    .send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
    .catch(rethrow("delete messages"));
  const [first] = Failed;
  if (first)
    throw unavailable(
      `SQS could not delete ${Failed.length} messages: ${first.Message ?? first.Code}`,
    );
}

const rethrow = (doing: string) => (error: unknown) => {
  throw toQueueError(error, doing);
};
