import type { DeadLetterQueue, RequestQueue, RequestSender } from "./request-queue.ts";
import type { ResultSink } from "./result-sink.ts";
import type { Sqs } from "./sqs.ts";
import { createSqsDeadLetterQueue } from "./sqs-dead-letter-queue.ts";
import { createSqsRequestQueue } from "./sqs-request-queue.ts";
import { createSqsRequestSender } from "./sqs-request-sender.ts";
import { createSqsResultSink } from "./sqs-result-sink.ts";

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

/** The queues that have a URL. */
export function createSqsQueues(sqs: Sqs, { requests, deadLetters, results }: QueueUrls): Queues {
  const at = (queueUrl: string) => ({ client: sqs.clientOf(queueUrl), queueUrl });
  return {
    requests: requests ? createSqsRequestQueue(at(requests)) : undefined,
    deadLetters: deadLetters ? createSqsDeadLetterQueue(at(deadLetters)) : undefined,
    results: results ? createSqsResultSink(at(results)) : undefined,
    sender: requests ? createSqsRequestSender(at(requests)) : undefined,
  };
}
