import type { DeadLetterQueue, RequestQueue, RequestSender } from "./request-queue.ts";
import type { ResultSink } from "./result-sink.ts";
import { createSqsClient } from "./sqs-client.ts";
import { createSqsDeadLetterQueue } from "./sqs-dead-letter-queue.ts";
import { createSqsRequestQueue } from "./sqs-request-queue.ts";
import { createSqsResultSink } from "./sqs-result-sink.ts";
import { createSqsRequestSender } from "./sqs-send.ts";

export interface QueueUrls {
  readonly requests: string | undefined;
  readonly deadLetters: string | undefined;
  readonly results: string | undefined;
}

export interface Queues {
  readonly requests: RequestQueue | undefined;
  readonly deadLetters: DeadLetterQueue | undefined;
  readonly results: ResultSink | undefined;
  /** Sends to the requests queue. */
  readonly sender: RequestSender | undefined;
}

/** The queues that have a URL, over one client. The door through which SQS is loaded. */
export function createSqsQueues(
  env: Readonly<Record<string, string | undefined>>,
  { requests, deadLetters, results }: QueueUrls,
): Queues {
  const client = createSqsClient(env);
  return {
    requests: requests ? createSqsRequestQueue({ client, queueUrl: requests }) : undefined,
    deadLetters: deadLetters
      ? createSqsDeadLetterQueue({ client, queueUrl: deadLetters })
      : undefined,
    results: results ? createSqsResultSink({ client, queueUrl: results }) : undefined,
    sender: requests ? createSqsRequestSender({ client, queueUrl: requests }) : undefined,
  };
}
