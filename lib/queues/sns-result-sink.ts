import { PublishBatchCommand, type PublishBatchRequestEntry, SNSClient } from "@aws-sdk/client-sns";
import { regionOfArn } from "../config/aws-arn.ts";
import type { Result } from "../runs/result.ts";
import { AWS_CLIENT_CONFIG } from "./aws-client-config.ts";
import { type BatchService, createBatchingResultSink } from "./batching-result-sink.ts";
import { maskedErrors } from "./readable-errors.ts";
import { toEntry as toQueueEntry } from "./result-entry.ts";
import type { ResultSink } from "./result-sink.ts";

/** https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html */
const LIMITS = { maxBytes: 262_144, maxEntries: 10, overheadBytes: 1_024 } as const;

/** Results on an SNS topic, with the same message and attributes as on a queue, so that subscriptions filter alike. */
export function createSnsResultSink(
  topicArn: string,
  client = createSnsClient(topicArn),
): ResultSink {
  return createBatchingResultSink(snsTopic(client, topicArn));
}

/** AWS refuses what is signed for another region than the topic's. */
function createSnsClient(topicArn: string): SNSClient {
  const client = new SNSClient({ ...AWS_CLIENT_CONFIG, ...regionOfArn(topicArn) });
  client.middlewareStack.use(maskedErrors());
  return client;
}

function snsTopic(client: SNSClient, topicArn: string): BatchService<PublishBatchRequestEntry> {
  const isFifo = topicArn.endsWith(".fifo");
  return {
    name: "SNS",
    ...LIMITS,
    toEntry: (result, index) => toTopicEntry(result, index, isFifo),
    sizeOf: (entry) => Buffer.byteLength(entry.Message ?? "") + LIMITS.overheadBytes,
    async send(entries, abortSignal) {
      const command = new PublishBatchCommand({
        TopicArn: topicArn,
        PublishBatchRequestEntries: [...entries],
      });
      const { Failed = [] } = await client.send(command, { abortSignal });
      const reasons = new Map(Failed.map(({ Id, Code, Message }) => [Id, Message ?? Code ?? "?"]));
      return entries.map(({ Id }) => reasons.get(Id));
    },
  };
}

function toTopicEntry(result: Result, index: number, isFifo: boolean): PublishBatchRequestEntry {
  const { MessageBody, ...entry } = toQueueEntry(result, String(index), isFifo);
  return { ...entry, Message: MessageBody };
}
