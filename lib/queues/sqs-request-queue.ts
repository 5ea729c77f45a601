import { ChangeMessageVisibilityCommand } from "@aws-sdk/client-sqs";
import { createQueueClock } from "./queue-clock.ts";
import type { RequestQueue } from "./request-queue.ts";
import { isGone, toQueueError } from "./sqs-errors.ts";
import type { SqsQueue } from "./sqs-queue.ts";

/** SQS keeps a message out of sight for twelve hours at most, counted from its receipt. */
const LONGEST_DELAY_SECONDS = 43_200;

const WITHIN_MS = 10_000;

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
        await client.send(new ChangeMessageVisibilityCommand(input), {
          abortSignal: AbortSignal.timeout(WITHIN_MS),
        });
      } catch (error) {
        if (!isGone(error)) throw toQueueError(error, "delay a message");
      }
    },
    nowMs: clock.nowMs,
  };
}
