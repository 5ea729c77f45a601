import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSqs } from "../../../lib/queues/sqs.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const QUEUE = "http://any/1/q";
const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE";

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** A server that gives one answer after the other, the last of them for ever, and a client of it. */
async function answering(...answers: readonly [Answer, ...Answer[]]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((incoming, outgoing) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
    asked.push(incoming);
    incoming.resume().once("end", () => answer(incoming, outgoing));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "submit"); // the SDK looks for these itself
  vi.stubEnv("_X_AMZN_TRACE_ID", TRACE);
  const sqs = createSqs({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: TOKEN,
  });
  cleanups.push(async () => {
    sqs.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const client = sqs.clientOf(QUEUE);
  const send = (abortSignal?: AbortSignal) =>
    client.send(
      new SendMessageCommand({ QueueUrl: QUEUE, MessageBody: "{}" }),
      abortSignal ? { abortSignal } : {},
    );
  return { asked, send };
}

const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, outgoing) => {
    outgoing.writeHead(status, headers);
    outgoing.end(body);
  };
const json = (status: number, body: object, headers?: Record<string, string>) =>
  text(status, JSON.stringify(body), headers);
const taken = json(200, { MessageId: "m" });
const refused = (status: number, type: string, message?: string) =>
  json(status, { __type: type, message });
const brokenOff: Answer = (incoming) => void incoming.socket.destroy();
const cutShort: Answer = (incoming, outgoing) => {
  outgoing.writeHead(200, { "content-length": "100" });
  outgoing.write('{"MessageId":', () => incoming.socket.destroy());
};

test("a call is what Amazon SQS's JSON protocol says", async () => {
  const { asked, send } = await answering(taken);

  expect(await send()).toMatchObject({ MessageId: "m" });

  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    method: "POST",
    url: "/",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.SendMessage",
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 .*\/us-east-1\/sqs\/aws4_request/),
      "x-amzn-trace-id": TRACE,
    },
  });
});

test("a call goes where its queue's URL says although the environment wants FIPS endpoints", async () => {
  vi.stubEnv("AWS_USE_FIPS_ENDPOINT", "true"); // the SDK refuses any other endpoint then
  vi.stubEnv("AWS_USE_DUALSTACK_ENDPOINT", "true");
  const { send } = await answering(taken);

  expect(await send()).toMatchObject({ MessageId: "m" });
});

describe("a call is tried again", () => {
  test.each([
    ["a broken connection", brokenOff],
    ["an answer that breaks off", cutShort],
    ["an answer in another language", text(200, "<html>")],
    ["500", refused(500, "InternalFailure")],
    ["503 of a proxy", text(503, "<html>busy</html>")],
    ["429", refused(429, "TooManyRequests")],
    ["throttling that comes as 400", refused(400, "com.amazonaws.sqs#RequestThrottled")],
  ])("after %s", async (_what, failure) => {
    const { asked, send } = await answering(failure, taken);

    expect(await send()).toMatchObject({ MessageId: "m" });

    expect(asked).toHaveLength(2);
  });

  test("twice at most, and then the last failure is told", async () => {
    const { asked, send } = await answering(refused(503, "ServiceUnavailable", "busy"));

    await expect(send()).rejects.toMatchObject({
      name: "ServiceUnavailable",
      message: "busy",
      $metadata: { httpStatusCode: 503 },
    });

    expect(asked).toHaveLength(3);
  });

  test("with the server's time where that is far from this machine's", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const tooOld = json(403, { __type: "SignatureDoesNotMatch", message: "expired" }, { date });
    const { asked, send } = await answering(tooOld, json(200, { MessageId: "m" }, { date }));

    expect(await send()).toMatchObject({ MessageId: "m" });

    const [before, after] = asked.map(({ headers }) => signedAtMs(headers["x-amz-date"]));
    expect(Math.round(((after ?? 0) - (before ?? 0)) / 3_600_000)).toBe(1);
  });
});

test("a refusal stays what it is where this machine's clock is wrong", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const { asked, send } = await answering(json(400, { __type: "QueueDoesNotExist" }, { date }));

  await expect(send()).rejects.toMatchObject({ name: "QueueDoesNotExist", $retryable: undefined });

  expect(asked.length).toBeLessThanOrEqual(3); // the SDK repeats it with the server's time
});

const signedAtMs = (stamp: unknown) =>
  Date.parse(
    String(stamp).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );

describe("a call is not tried again", () => {
  test.each([
    ["a queue that is not there", 400, "com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist"],
    ["a name with the place of its description", 400, "Invalid:http://any/", "Invalid"],
    ["a missing right", 403, "AccessDeniedException", "AccessDeniedException"],
  ])("after %s", async (_what, status, type, name) => {
    const { asked, send } = await answering(refused(status, type, "no"));

    await expect(send()).rejects.toMatchObject({
      name,
      message: "no",
      $metadata: { httpStatusCode: status },
    });

    expect(asked).toHaveLength(1);
  });

  test("where the server says nothing of what is wrong", async () => {
    const { send } = await answering(text(418, ""));

    await expect(send()).rejects.toMatchObject({
      name: "UnknownError",
      message: "HTTP status 418",
    });
  });
});

test.each([
  ["a refusal", (said: string) => json(403, { __type: "SignatureDoesNotMatch", message: said })],
  ["a refusal in another language", (said: string) => text(403, `<pre>${said}</pre>`)],
  ["what is no answer", (said: string) => text(200, `<pre>${said}</pre>`)],
])("%s shows no token, though the server repeats it", async (_what, answer) => {
  const { send } = await answering((incoming, outgoing) => {
    const { "x-amz-security-token": token, authorization } = incoming.headers;
    answer(`signed was x-amz-security-token:${token} by ${authorization}`)(incoming, outgoing);
  });

  const error = await send().catch((it: Error) => it);

  expect((error as Error).message).toContain("signed was x-amz-security-token:[redacted]");
  expect(JSON.stringify(error)).not.toContain(TOKEN);
});

describe("a call that is given up", () => {
  test.each([
    ["no answer", (() => undefined) satisfies Answer],
    ["an answer that does not end", ((_, outgoing) => void outgoing.write("{")) satisfies Answer],
    ["a wait for the next attempt", json(429, {}, { "retry-after": "60" })],
  ])("ends while there is %s, and asks no more", async (_what, answer) => {
    const { asked, send } = await answering(answer);
    const given = new AbortController();
    const sending = send(given.signal);
    await expect.poll(() => asked.length).toBe(1);

    given.abort();

    await expect(sending).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});
