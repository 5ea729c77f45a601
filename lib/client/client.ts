import type { SQSClient } from "@aws-sdk/client-sqs";
import { toBody } from "../queues/message-body.ts";
import {
  type CancelMessage,
  checkRequestBody,
  type RequestMessage,
  type RunMessage,
} from "./request-message.ts";

export interface ClientOptions {
  /** Of the requests queue. On a FIFO queue the messages of one run keep their order. */
  readonly queueUrl: string;
  /** One of your own; otherwise one is made from the environment when the first message is sent. */
  readonly sqs?: Pick<SQSClient, "send">;
}

export interface SendOptions {
  /** W3C trace context of the sender; it reaches the run as `TRACEPARENT` and comes back with its results. */
  readonly traceparent?: string;
  /** SQS has 30 seconds to take the message where unset. */
  readonly signal?: AbortSignal;
}

export interface Sent {
  /** SQS's own id of the message. */
  readonly messageId: string;
}

/** Sends requests to Slipway. */
export interface SlipwayClient {
  /**
   * Checks a request and puts it on the queue. Throws a LaunchError: `Invalid` with every problem where it can never run,
   * a `retryable` one where the queue did not take it and may do so later.
   */
  run(request: Omit<RunMessage, "action">, options?: SendOptions): Promise<Sent>;
  /** Ends a run, or keeps it from starting. Throws as `run` does. */
  cancel(request: Omit<CancelMessage, "action">, options?: SendOptions): Promise<Sent>;
}

export function createClient({ queueUrl, sqs }: ClientOptions): SlipwayClient {
  let client = sqs;
  const send = async (request: RequestMessage, options: SendOptions = {}): Promise<Sent> => {
    const body = toBody(request);
    checkRequestBody(body);
    const { sendBody } = await import("./send-body.ts");
    client ??= (await import("../queues/sqs.ts")).createSqs(process.env).clientOf(queueUrl);
    return sendBody(client, { queueUrl, request, body, ...options });
  };
  return {
    run: (request, options) => send({ ...request, action: "run" }, options),
    cancel: (request, options) => send({ ...request, action: "cancel" }, options),
  };
}
