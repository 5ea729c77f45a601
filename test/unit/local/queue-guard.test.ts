import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { refusalOf } from "../../../lib/local/queue-guard.ts";

const HEADERS = {
  host: "127.0.0.1:9324",
  "content-type": "application/x-amz-json-1.0",
  "x-amz-target": "AmazonSQS.SendMessage",
  authorization: "AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/sqs/aws4_request, Signature=x",
};

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: IncomingHttpHeaders;
}

const refusal = ({ method = "POST", url = "/", headers = {} }: Asked) =>
  refusalOf({ method, url, headers: { ...HEADERS, ...headers } }, "KEY");

test.each<[string, Asked]>([
  ["an SDK", {}],
  ["an SDK that was given a name", { headers: { host: "localhost:9324" } }],
  ["an SDK that uses the queue's own name", { headers: { host: "sqs.us-east-1.localhost" } }],
  ["an SDK over IPv6", { headers: { host: "[::1]:9324" } }],
])("lets in %s", (_what, asked) => {
  expect(refusal(asked)).toBeUndefined();
});

test.each<[string, Asked]>([
  ["a page whose name was made to point here", { headers: { host: "evil.example:9324" } }],
  ["a name that only looks local", { headers: { host: "localhost.evil.example" } }],
  ["an address that only looks local", { headers: { host: "127.0.0.1.evil.example" } }],
  ["no name at all", { headers: { host: undefined } }],
  ["any web page", { headers: { origin: "http://localhost:3000" } }],
  ["a page in a sandbox", { headers: { origin: "null" } }],
  ["the emulator's SNS", { headers: { "content-type": "application/x-www-form-urlencoded" } }],
  ["a service that is not SQS", { headers: { "x-amz-target": "Logs.PutLogEvents" } }],
  ["a call without a target", { headers: { "x-amz-target": undefined } }],
  ["the emulator's S3", { method: "PUT", url: "/bucket/key" }],
  ["the emulator's inspection", { method: "GET", url: "/_fauxqs/queues" }],
  ["another key", { headers: { authorization: "AWS4-HMAC-SHA256 Credential=KEYS/2026" } }],
  ["no key", { headers: { authorization: undefined } }],
])("keeps out %s", (_what, asked) => {
  expect(refusal(asked)).toEqual(expect.any(String));
});
