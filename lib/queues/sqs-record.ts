import type { SQSRecord } from "aws-lambda";
import type { RequestMessage } from "./request-queue.ts";
import { traceparentOf } from "./trace-context.ts";

/** One record of the event that Lambda makes of a batch. */
export function toRequestMessage(record: SQSRecord): RequestMessage {
  const { attributes } = record;
  const strings = stringAttributes(record);
  const traceparent = traceparentOf(strings.traceparent, attributes.AWSTraceHeader);
  const { traceparent: _asSent, ...others } = strings;
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    receiveCount: Number(attributes.ApproximateReceiveCount),
    firstReceivedAtMs: Number(attributes.ApproximateFirstReceiveTimestamp),
    attributes: traceparent === undefined ? others : { ...others, traceparent },
  };
}

function stringAttributes({ messageAttributes }: SQSRecord): Record<string, string> {
  const entries = Object.entries(messageAttributes ?? {}).flatMap(([name, { stringValue }]) =>
    stringValue === undefined || stringValue === null ? [] : [[name, stringValue] as const],
  );
  return Object.fromEntries(entries);
}
