import type { SqsClient } from "./sqs-client.ts";
import { toQueueError } from "./sqs-errors.ts";

/** Asks a queue for its attributes. Returns how many messages wait in it. Throws a LaunchError. */
export async function checkQueue(
  client: Pick<SqsClient, "call">,
  queueUrl: string,
  signal: AbortSignal,
): Promise<{ readonly waiting: number }> {
  const question = {
    QueueUrl: queueUrl,
    AttributeNames: ["ApproximateNumberOfMessages" as const],
  };
  try {
    const { Attributes = {} } = await client.call("GetQueueAttributes", question, {
      abortSignal: signal,
    });
    return { waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0) };
  } catch (error) {
    throw toQueueError(error, "describe a queue");
  }
}
