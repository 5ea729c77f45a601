import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { toBody } from "../queues/message-body.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import { digestOf } from "../runs/canonical-json.ts";

/**
 * Puts one request on a queue. On a FIFO queue the run's id is the group, so that a cancel comes after its run. Throws a
 * LaunchError where the queue does not take it.
 */
export async function sendRequest(
  client: SQSClient,
  queueUrl: string,
  request: { readonly id: string },
): Promise<void> {
  const fifo = queueUrl.endsWith(".fifo")
    ? { MessageGroupId: request.id, MessageDeduplicationId: digestOf(request) }
    : {};
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: toBody(request),
    ...fifo,
  });
  try {
    await client.send(command);
  } catch (error) {
    throw toQueueError(error, `send the request to ${queueUrl}`);
  }
}
