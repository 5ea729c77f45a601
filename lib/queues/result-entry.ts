import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { Result } from "../runs/result.ts";
import { fifoGroupOf } from "./fifo-group.ts";
import { toBody } from "./message-body.ts";

type Attributes = NonNullable<SendMessageBatchRequestEntry["MessageAttributes"]>;

/** One result as an entry of SendMessageBatch. `id` tells it from its neighbours in the batch. */
export function toEntry(result: Result, id: string, fifo: boolean): SendMessageBatchRequestEntry {
  return {
    Id: id,
    MessageBody: toBody(result),
    MessageAttributes: attributesOf(result),
    ...(fifo
      ? { MessageGroupId: fifoGroupOf(result.subject), MessageDeduplicationId: result.id }
      : {}),
  };
}

/** State, type and status code, so that subscribers can filter without reading bodies. */
function attributesOf({ data }: Result): Attributes {
  return {
    state: { DataType: "String", StringValue: data.state },
    ...(data.type === null ? {} : { type: { DataType: "String", StringValue: data.type } }),
    ...(data.status_code === null
      ? {}
      : { status_code: { DataType: "Number", StringValue: String(data.status_code) } }),
  };
}

/** What SQS counts against its limit, in bytes: the body, and names, types and values of the attributes. */
export function sizeOf({ MessageBody = "", MessageAttributes = {} }: SendMessageBatchRequestEntry) {
  const attributes = Object.entries(MessageAttributes).flatMap(
    ([name, { DataType, StringValue }]) => [name, DataType ?? "", StringValue ?? ""],
  );
  return [MessageBody, ...attributes].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
