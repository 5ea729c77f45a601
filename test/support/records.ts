import type { SQSRecord } from "aws-lambda";

let count = 0;

/** One record as Lambda passes it, on its first receipt unless told otherwise. */
export function aRecord(body: string, attributes: Record<string, string> = {}): SQSRecord {
  const now = String(Date.now());
  count++;
  return {
    messageId: `message-${process.pid}-${count}`,
    receiptHandle: "receipt",
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: now,
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: now,
      ...attributes,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:requests",
    awsRegion: "eu-west-1",
  };
}
