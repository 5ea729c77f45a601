import type { SQSRecord } from "aws-lambda";
import { expect, test } from "vitest";
import { toSqsRecord } from "../../../lib/queues/sqs-message.ts";
import { toRequestMessage } from "../../../lib/queues/sqs-record.ts";
import { traceparentOf } from "../../../lib/queues/trace-context.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function aRecord(overrides: Partial<SQSRecord> = {}): SQSRecord {
  return {
    messageId: "m",
    receiptHandle: "r",
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "3",
      SentTimestamp: "1700000000000",
      SenderId: "x",
      ApproximateFirstReceiveTimestamp: "1700000001000",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:1:q",
    awsRegion: "eu-west-1",
    ...overrides,
  };
}

test("reads body, handle, receipts and the first of them", () => {
  expect(toRequestMessage(aRecord())).toEqual({
    messageId: "m",
    receiptHandle: "r",
    body: "{}",
    receiveCount: 3,
    firstReceivedAtMs: 1_700_000_001_000,
    attributes: {},
  });
});

test("keeps string attributes and leaves out binary ones", () => {
  const messageAttributes = {
    reason: { stringValue: "tired", dataType: "String" as const },
    bytes: { binaryValue: "AAE=", dataType: "Binary" as const },
  };

  expect(toRequestMessage(aRecord({ messageAttributes })).attributes).toEqual({ reason: "tired" });
});

test("takes the trace from X-Ray's header where the message has none", () => {
  const AWSTraceHeader =
    "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1";
  const record = aRecord({ attributes: { ...aRecord().attributes, AWSTraceHeader } });

  expect(toRequestMessage(record).attributes).toEqual({ traceparent: TRACEPARENT });
});

test.each<[string, string | undefined, string | undefined, string | undefined]>([
  [
    "its own",
    TRACEPARENT,
    "Root=1-11111111-111111111111111111111111;Parent=2222222222222222",
    TRACEPARENT,
  ],
  ["neither", undefined, undefined, undefined],
  ["a malformed one", "../../etc/passwd", undefined, undefined],
  ["an upper-case one", TRACEPARENT.toUpperCase(), undefined, undefined],
  ["X-Ray's without a parent", undefined, "Root=1-0af76519-16cd43dd8448eb211c80319c", undefined],
  [
    "X-Ray's in any order, not sampled",
    undefined,
    "Sampled=0; Parent=b7ad6b7169203331;Self=x;Root=1-0af76519-16cd43dd8448eb211c80319c",
    TRACEPARENT.replace(/01$/, "00"),
  ],
])("passes on a trace context: %s", (_what, own, header, expected) => {
  expect(traceparentOf(own, header)).toBe(expected);
});

test("makes of a received message what Lambda makes of it", () => {
  const message = {
    MessageId: "m",
    ReceiptHandle: "r",
    Body: "{}",
    MD5OfBody: "md5",
    Attributes: {
      ApproximateReceiveCount: "3",
      SentTimestamp: "1700000000000",
      SenderId: "x",
      ApproximateFirstReceiveTimestamp: "1700000001000",
      MessageGroupId: "g",
    },
    MessageAttributes: {
      text: { DataType: "String", StringValue: "a" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1) },
    },
  };

  expect(toSqsRecord(message, "arn:aws:sqs:eu-west-1:1:q")).toEqual({
    ...aRecord({ md5OfBody: "md5" }),
    attributes: { ...aRecord().attributes, MessageGroupId: "g" },
    messageAttributes: {
      text: { dataType: "String", stringValue: "a", stringListValues: [], binaryListValues: [] },
      bytes: {
        dataType: "Binary",
        binaryValue: "AAE=",
        stringListValues: [],
        binaryListValues: [],
      },
    },
  });
});
