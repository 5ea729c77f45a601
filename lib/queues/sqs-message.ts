import type { Message } from "@aws-sdk/client-sqs";
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";

/** What to ask for when receiving, so that a record can be made of the answer. */
export const RECEIVE_EVERYTHING = {
  MessageAttributeNames: ["All"],
  MessageSystemAttributeNames: ["All" as const],
};

/** A received message as Lambda's event source mapping passes it on. */
export function toSqsRecord(message: Message, queueArn: string): SQSRecord {
  const { Attributes = {}, MessageAttributes = {}, MessageId = "", ReceiptHandle = "" } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: message.Body ?? "",
    attributes: {
      ...Attributes,
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? "1",
      SentTimestamp: Attributes.SentTimestamp ?? "0",
      SenderId: Attributes.SenderId ?? "",
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? "0",
    },
    messageAttributes: toLambdaAttributes(MessageAttributes),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}

function toLambdaAttributes(
  attributes: NonNullable<Message["MessageAttributes"]>,
): SQSMessageAttributes {
  const entries = Object.entries(attributes).map(([name, value]) => {
    const {
      StringValue: stringValue,
      BinaryValue: binaryValue,
      DataType: dataType = "String",
    } = value;
    return [
      name,
      {
        dataType,
        ...(stringValue === undefined ? {} : { stringValue }),
        ...(binaryValue === undefined
          ? {}
          : { binaryValue: Buffer.from(binaryValue).toString("base64") }),
        stringListValues: [],
        binaryListValues: [],
      },
    ];
  });
  return Object.fromEntries(entries);
}
