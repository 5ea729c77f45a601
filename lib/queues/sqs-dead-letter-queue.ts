import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { cleanText } from "../runs/text.ts";
import type { DeadLetterQueue } from "./request-queue.ts";
import { isGone, toQueueError } from "./sqs-errors.ts";
import { RECEIVE_EVERYTHING, toSqsRecord } from "./sqs-message.ts";
import type { SqsQueue } from "./sqs-queue.ts";
import { toRequestMessage } from "./sqs-record.ts";
import { sendMessage } from "./sqs-request-sender.ts";

/** Short of the minute between two ticks, so that each tick sees what the last one could not settle. */
const OUT_OF_SIGHT_SECONDS = 50;

const WITHIN_MS = 10_000;

/** It counts against the message's own limit, and the beginning says what happened. */
const REASON_CHARACTERS = 500;

interface Options extends SqsQueue {
  /** How long others leave alone what has been received here, in seconds. */
  readonly outOfSightSeconds?: number;
}

export function createSqsDeadLetterQueue(options: Options): DeadLetterQueue {
  const { client, queueUrl, outOfSightSeconds = OUT_OF_SIGHT_SECONDS } = options;
  return {
    async receive(max, signal) {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: max,
        VisibilityTimeout: outOfSightSeconds,
        WaitTimeSeconds: 0,
        ...RECEIVE_EVERYTHING,
      };
      try {
        const { Messages = [] } = await client.send(new ReceiveMessageCommand(input), {
          abortSignal: within(signal),
        });
        return Messages.map((message) => toRequestMessage(toSqsRecord(message, "")));
      } catch (error) {
        throw toQueueError(error, "receive dead letters");
      }
    },
    async delete({ receiptHandle }) {
      const input = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
      try {
        await client.send(new DeleteMessageCommand(input), {
          abortSignal: AbortSignal.timeout(WITHIN_MS),
        });
      } catch (error) {
        if (!isGone(error)) throw toQueueError(error, "delete a dead letter");
      }
    },
    async add(message, reason, signal) {
      const because = cleanText(reason).slice(0, REASON_CHARACTERS).toWellFormed();
      await sendMessage(options, message, { reason: because || "unknown" }, within(signal));
    },
    async release({ receiptHandle }) {
      const input = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 };
      try {
        await client.send(new ChangeMessageVisibilityCommand(input), {
          abortSignal: AbortSignal.timeout(WITHIN_MS),
        });
      } catch (error) {
        if (!isGone(error)) throw toQueueError(error, "release a dead letter");
      }
    },
  };
}

const within = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
