import type { RequestQueue } from "./request-queue.ts";
import type { SqsClient } from "./sqs-client.ts";
import { createQueueClock } from "./sqs-clock.ts";
import { isGone, toQueueError } from "./sqs-errors.ts";

/** SQS keeps a message out of sight for twelve hours at most, counted from its receipt. */
const LONGEST_DELAY_SECONDS = 43_200;

const WITHIN_MS = 10_000;

interface SqsQueue {
  readonly client: SqsClient;
  readonly queueUrl: string;
}

export function createSqsRequestQueue({ client, queueUrl }: SqsQueue): RequestQueue {
  const clock = createQueueClock(client, queueUrl);
  return {
    async delay({ receiptHandle }, seconds) {
      const input = {
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(seconds))),
      };
      try {
        await client.call("ChangeMessageVisibility", input, {
          abortSignal: AbortSignal.timeout(WITHIN_MS),
        });
      } catch (error) {
        if (!isGone(error)) throw toQueueError(error, "delay a message");
      }
    },
    nowMs: clock.nowMs,
  };
}
