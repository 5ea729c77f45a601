import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { readIdLeniently } from "../runs/request.ts";
import { fifoGroupOf } from "./fifo-group.ts";
import type { RequestMessage, RequestSender } from "./request-queue.ts";
import { toQueueError } from "./sqs-errors.ts";
import type { SqsQueue } from "./sqs-queue.ts";

const WITHIN_MS = 10_000;

/** Sends a message that was received elsewhere: its body as it is, its trace, and what is said besides. */
export async function sendMessage(
  { client, queueUrl }: SqsQueue,
  message: RequestMessage,
  attributes: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const { traceparent } = message.attributes;
  const texts = { ...(traceparent ? { traceparent } : {}), ...attributes };
  const input = {
    QueueUrl: queueUrl,
    MessageBody: message.body,
    MessageAttributes: Object.fromEntries(
      Object.entries(texts).map(([name, StringValue]) => [
        name,
        { DataType: "String", StringValue },
      ]),
    ),
    ...(queueUrl.endsWith(".fifo") ? inOrder(message) : {}),
  };
  try {
    await client.send(new SendMessageCommand(input), { abortSignal: signal });
  } catch (error) {
    throw toQueueError(error, "pass on a message");
  }
}

/** Its run's group, and an id of this very message: sent twice by mistake it is dropped, sent again on purpose it is not. */
const inOrder = ({ body, messageId }: RequestMessage) => ({
  MessageGroupId: fifoGroupOf(readIdLeniently(body) ?? messageId),
  MessageDeduplicationId: messageId,
});

export function createSqsRequestSender(queue: SqsQueue): RequestSender {
  return {
    send: (message, signal) =>
      sendMessage(queue, message, {}, AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])),
  };
}
