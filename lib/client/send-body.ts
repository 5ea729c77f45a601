import type { SendMessageRequest, SendMessageResult, SQSClient } from "@aws-sdk/client-sqs";
import { fifoGroupOf } from "../queues/fifo-group.ts";
import { createSqsClient, type SqsClient } from "../queues/sqs-client.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import { digestOf } from "../runs/canonical-json.ts";
import type { RequestMessage } from "./request-message.ts";

const SEND_WITHIN_MS = 30_000;

/** The call that takes one message to SQS. */
export type SendMessage = (
  input: SendMessageRequest,
  options: { readonly abortSignal: AbortSignal },
) => Promise<SendMessageResult>;

export const overOwnClient =
  (client: SqsClient = createSqsClient(process.env)): SendMessage =>
  (input, options) =>
    client.call("SendMessage", input, options);

/** A client of the SDK wants commands of the SDK, which whoever has one has installed, too. */
export const overSdkClient =
  (client: Pick<SQSClient, "send">): SendMessage =>
  async (input, options) => {
    const { SendMessageCommand } = await import("@aws-sdk/client-sqs");
    return client.send(new SendMessageCommand(input), options);
  };

interface Message {
  readonly queueUrl: string;
  readonly request: RequestMessage;
  readonly body: string;
  readonly traceparent?: string;
  readonly signal?: AbortSignal;
}

/** Throws a LaunchError where the queue does not take it. */
export async function sendBody(
  send: SendMessage,
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
    const { MessageId = "" } = await send(input, { abortSignal });
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
