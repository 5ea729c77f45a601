import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Result } from "../../lib/runs/result.ts";

const AT_ONCE = 10;

export async function sendAll(client: SQSClient, queueUrl: string, bodies: readonly unknown[]) {
  for (let start = 0; start < bodies.length; start += AT_ONCE) {
    const Entries = bodies
      .slice(start, start + AT_ONCE)
      .map((body, index) => ({ Id: String(index), MessageBody: JSON.stringify(body) }));
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not taken`);
  }
}

export interface Arrival<T> {
  readonly body: T;
  /** When the queue took it, in milliseconds by its server's clock. */
  readonly sentAtMs: number;
}

/** Everything that comes, taken off the queue, until `enough` of it has come. */
export async function receiveUntil<T = Result>(
  client: SQSClient,
  queueUrl: string,
  enough: (arrivals: readonly Arrival<T>[]) => boolean,
): Promise<Arrival<T>[]> {
  const arrivals: Arrival<T>[] = [];
  while (!enough(arrivals)) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: AT_ONCE,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    if (Messages.length === 0) continue;
    for (const { Body = "", Attributes } of Messages)
      arrivals.push({ body: JSON.parse(Body), sentAtMs: Number(Attributes?.SentTimestamp) });
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
  return arrivals;
}
