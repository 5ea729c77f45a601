#!/usr/bin/env bash
# @aws-sdk/client-sqs 3.1169.0: where the clock is off, a refusal that has nothing to do with the clock is repeated to the last attempt.
#
# Expected  The server says in its `Date` header that the caller's clock is an hour off. The SDK notes the offset. A request
#           that is refused for good (400, the queue does not exist) is thrown at once, or repeated once at most.
# Seen      It is sent three times, the SDK's default of attempts: each answer's offset differs from the last by some
#           milliseconds, which counts as a clock that was corrected just now, and so as a reason to try again.
# Matters   Beside a wrong clock every mistake costs three calls and their pauses, and counts of calls, mocks with one answer
#           and rate limits are off. Seen with any service that signs with Signature V4.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @aws-sdk/client-sqs@3.1169.0 2>/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

async function requestsWith(offsetMs) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume();
    response.writeHead(400, { date: new Date(Date.now() + offsetMs).toUTCString() });
    response.end('{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"}');
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.address().port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  });
  const QueueUrl = "http://127.0.0.1/000000000000/queue";
  const error = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "m" })).catch((it) => it.name);
  client.destroy();
  server.close();
  return { error, requests };
}

const seen = { "right clock": await requestsWith(0), "an hour off": await requestsWith(3_600_000) };
console.log(seen);
process.exit(seen["right clock"].requests === 1 && seen["an hour off"].requests > 2 ? 0 : 1);
JS
node try.mjs
