import type { SQSClient } from "@aws-sdk/client-sqs";

/** A queue, and the client that reaches it. */
export interface SqsQueue {
  readonly client: SQSClient;
  readonly queueUrl: string;
}
