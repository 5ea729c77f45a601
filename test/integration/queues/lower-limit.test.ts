import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { createSqs } from "../../../lib/queues/sqs.ts";
import { createSqsResultSink } from "../../../lib/queues/sqs-result-sink.ts";
import { aResult } from "../../support/results.ts";

/** SQS of before 2025, and emulators of it, took so much in one call. None of today's servers can be told to. */
const OLD_LIMIT = 262_144;

const toReceipt = ({ Id, MessageBody = "" }: SendMessageBatchRequestEntry) => ({
  Id,
  MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
});

async function startOldServer() {
  const taken: SendMessageBatchRequestEntry[] = [];
  const server = createServer(async (request, response) => {
    const { Entries } = JSON.parse(await text(request)) as {
      Entries: SendMessageBatchRequestEntry[];
    };
    const size = Entries.reduce((sum, { MessageBody = "" }) => sum + MessageBody.length, 0);
    response.setHeader("content-type", "application/x-amz-json-1.0");
    if (size > OLD_LIMIT) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: "com.amazonaws.sqs#BatchRequestTooLong" }));
      return;
    }
    taken.push(...Entries);
    response.end(JSON.stringify({ Successful: Entries.map(toReceipt), Failed: [] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createSqs({ AWS_ENDPOINT_URL_SQS: endpoint }).clientOf("");
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { taken, sink: createSqsResultSink({ client, queueUrl: `${endpoint}/1/results` }) };
}

test("sends results one by one to a server that takes less at once", async () => {
  const { taken, sink } = await startOldServer();
  const logs = { tail: "x".repeat(131_072), truncated: false };
  const results = [aResult({ logs }), aResult({ logs }), aResult({ logs })];

  const outcomes = await sink.publish(results, AbortSignal.timeout(20_000));

  expect(outcomes).toEqual([undefined, undefined, undefined]);
  expect(taken.map(({ MessageBody }) => JSON.parse(MessageBody ?? ""))).toEqual(results);
});

test("shortens a result that is longer than such a server takes", async () => {
  const { taken, sink } = await startOldServer();
  const { data, ...rest } = aResult();
  const long = {
    ...rest,
    data: { ...data, logs: { tail: "x".repeat(500_000), truncated: false } },
  };

  const outcomes = await sink.publish([aResult(), long], AbortSignal.timeout(20_000));

  expect(outcomes).toEqual([undefined, undefined]);
  expect(taken).toHaveLength(2);
});
