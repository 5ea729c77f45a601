import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { toQueueError } from "./sqs-errors.ts";
import type { SqsQueue } from "./sqs-queue.ts";

/** Asks a queue for its attributes. Returns how many messages wait in it. Throws a LaunchError. */
export async function checkQueue(
  { client, queueUrl }: SqsQueue,
  signal: AbortSignal,
): Promise<{ readonly waiting: number }> {
  const question = {
    QueueUrl: queueUrl,
    AttributeNames: ["ApproximateNumberOfMessages" as const],
  };
  try {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand(question), {
      abortSignal: signal,
    });
    return { waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0) };
  } catch (error) {
    throw toQueueError(error, "describe a queue");
  }
}
