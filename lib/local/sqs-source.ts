import type { SQSRecord } from "aws-lambda";
import type { SqsClient } from "../queues/sqs-client.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import { RECEIVE_EVERYTHING, toSqsRecord } from "../queues/sqs-message.ts";
import { unavailable } from "../runs/launch-error.ts";

/** SQS' own limit for one receipt and one deletion. */
export const AT_ONCE = 10;

export interface Receipt {
  readonly max: number;
  readonly waitSeconds: number;
  /** undefined: the queue's own visibility timeout. */
  readonly visibilitySeconds: number | undefined;
}

/** The three calls that an event source makes. */
export interface SqsSource {
  describe(): Promise<{ readonly arn: string; readonly visibilitySeconds: number }>;
  /**
   * Never cut off from outside: a server that has answered a receipt which nobody reads any more keeps the messages out
   * of sight until their visibility ends.
   */
  receive(receipt: Receipt): Promise<SQSRecord[]>;
  /** Throws where any of them was not deleted. */
  delete(records: readonly SQSRecord[]): Promise<void>;
}

export function createSqsSource(client: SqsClient, queueUrl: string): SqsSource {
  let arn = "";
  return {
    async describe() {
      const { Attributes = {} } = await client
        .call("GetQueueAttributes", {
          QueueUrl: queueUrl,
          AttributeNames: ["QueueArn", "VisibilityTimeout"],
        })
        .catch(rethrow("describe the queue"));
      arn = Attributes.QueueArn ?? "";
      return { arn, visibilitySeconds: Number(Attributes.VisibilityTimeout ?? 30) };
    },
    async receive({ max, waitSeconds, visibilitySeconds }) {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(AT_ONCE, max),
        WaitTimeSeconds: waitSeconds,
        ...(visibilitySeconds === undefined ? {} : { VisibilityTimeout: visibilitySeconds }),
        ...RECEIVE_EVERYTHING,
      };
      const { Messages = [] } = await client
        .call("ReceiveMessage", input)
        .catch(rethrow("receive messages"));
      return Messages.map((message) => toSqsRecord(message, arn));
    },
    async delete(records) {
      for (let start = 0; start < records.length; start += AT_ONCE)
        await deleteBatch(client, queueUrl, records.slice(start, start + AT_ONCE));
    },
  };
}

async function deleteBatch(
  client: SqsClient,
  queueUrl: string,
  records: readonly SQSRecord[],
): Promise<void> {
  const Entries = records.map(({ receiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
  }));
  const { Failed = [] } = await client
    .call("DeleteMessageBatch", { QueueUrl: queueUrl, Entries })
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
