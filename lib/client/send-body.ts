import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { fifoGroupOf } from "../queues/fifo-group.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import { digestOf } from "../runs/canonical-json.ts";
import type { RequestMessage } from "./request-message.ts";

const SEND_WITHIN_MS = 30_000;

interface Message {
  readonly queueUrl: string;
  readonly request: RequestMessage;
  readonly body: string;
  readonly traceparent?: string;
  readonly signal?: AbortSignal;
}

/** Throws a LaunchError where the queue does not take it. */
export async function sendBody(
  client: Pick<SQSClient, "send">,
  { queueUrl, request, body, traceparent, signal }: Message,
): Promise<{ readonly messageId: string }> {
  const input = {
    QueueUrl: queueUrl,
    MessageBody: body,
    ...(queueUrl.endsWith(".fifo") ? inOrder(request) : {}),
    ...(traceparent ? { MessageAttributes: { traceparent: text(traceparent) } } : {}),
  };
  const deadline = AbortSignal.timeout(SEND_WITHIN_MS);
  const abortSignal = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    const { MessageId = "" } = await client.send(new SendMessageCommand(input), { abortSignal });
    return { messageId: MessageId };
  } catch (error) {
    throw toQueueError(error, `take the request ${request.id}`);
  }
}

/** One group per run, so that its cancel comes after it; the same message sent again within minutes is dropped. */
const inOrder = (request: RequestMessage) => ({
  MessageGroupId: fifoGroupOf(request.id),
  MessageDeduplicationId: digestOf(request),
});

const text = (value: string) => ({ DataType: "String", StringValue: value });
