import { describe, expect, test } from "vitest";
import type { ApiError } from "../../../../lib/backends/kubernetes/api/api-error.ts";
import { createClient } from "../../../../lib/backends/kubernetes/api/client.ts";
import {
  anonymous,
  bearer,
  type CredentialsSource,
  createCredentialsSource,
} from "../../../../lib/backends/kubernetes/connect/connection.ts";
import { sendJson, startAnsweringServer } from "../../../support/answering-server.ts";

type Answer = Parameters<typeof startAnsweringServer>[0];

async function connected(answer: Answer, credentials: CredentialsSource = anonymous) {
  const server = await startAnsweringServer(answer);
  const client = createClient({ server: server.url, tls: {}, credentials });
  const get = (signal = AbortSignal.timeout(10_000)) =>
    client.call<{ n: number }>({ method: "GET", path: "/x", signal });
  return {
    server,
    get,
    failure: (signal?: AbortSignal) =>
      get(signal).then(
        () => expect.fail("it succeeded"),
        (error: ApiError) => error,
      ),
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const status = (code: number, message: string) => ({ kind: "Status", code, message });

describe("a call", () => {
  test("gives the answer and the server's clock", async () => {
    await using to = await connected((_, response) =>
      sendJson(response, 200, { n: 1 }, { date: "Thu, 01 Jan 2026 00:00:00 GMT" }),
    );

    const { body, nowMs } = await to.get();

    expect(body).toEqual({ n: 1 });
    expect(nowMs).toBe(Date.parse("2026-01-01T00:00:00Z"));
  });

  test("goes over a connection that is there already", async () => {
    await using to = await connected((_, response) => sendJson(response, 200, {}));

    for (let call = 0; call < 5; call++) await to.get();

    expect(to.server.asked.map(({ connection }) => connection)).toEqual([0, 0, 0, 0, 0]);
  });

  test("is made again where the connection that was kept turns out to be dead", async () => {
    await using to = await connected((asked, response, index) => {
      if (asked.connection === 0 && index > 0) response.socket?.destroy();
      else sendJson(response, 200, { n: index });
    });
    await to.get();

    const { body } = await to.get();

    expect(body.n).toBe(2);
    expect(to.server.asked.map(({ connection }) => connection)).toEqual([0, 0, 1]);
  });

  test("is made again where its answer broke off", async () => {
    await using to = await connected((_, response, index) => {
      if (index > 0) return sendJson(response, 200, { n: index });
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    });

    expect((await to.get()).body.n).toBe(1);
  });

  test.each([429, 503])(
    "waits as long as the server asks where that is short: %i",
    async (code) => {
      await using to = await connected((_, response, index) => {
        if (index === 0)
          sendJson(response, code, status(code, "slow down"), { "retry-after": "0" });
        else sendJson(response, 200, { n: index });
      });

      expect((await to.get()).body.n).toBe(1);
    },
  );

  test("leaves a long pause to whoever asked for it", async () => {
    await using to = await connected((_, response) =>
      sendJson(response, 429, status(429, "slow down"), { "retry-after": "30" }),
    );

    expect(await to.failure()).toMatchObject({ statusCode: 429, retryAfterMs: 30_000 });
    expect(to.server.asked).toHaveLength(1);
  });

  test.each([400, 403, 404, 409, 422, 500])("is not made again after a %i", async (code) => {
    await using to = await connected((_, response) => sendJson(response, code, status(code, "no")));

    expect(await to.failure()).toMatchObject({ statusCode: code, message: "no" });
    expect(to.server.asked).toHaveLength(1);
  });

  test("ends with its caller's signal, however long the server hangs", async () => {
    await using to = await connected(() => undefined);

    expect(await to.failure(AbortSignal.timeout(50))).toMatchObject({ statusCode: 0 });
  });

  test("fails where nobody listens, and says so", async () => {
    const to = await connected(() => undefined);
    await to.server[Symbol.asyncDispose]();

    expect(await to.failure()).toMatchObject({
      statusCode: 0,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("does not take a proxy's page for an answer", async () => {
    await using to = await connected((_, response) => response.end("<html>"));

    expect(await to.failure()).toMatchObject({ message: expect.stringContaining("not JSON") });
  });
});

describe("a token", () => {
  const needs =
    (wanted: string): Answer =>
    (asked, response) =>
      asked.headers.authorization === `Bearer ${wanted}`
        ? sendJson(response, 200, {})
        : sendJson(response, 401, status(401, "Unauthorized"));

  test("that is refused is renewed once, and the call made again", async () => {
    const tokens = ["old", "new"];
    const source = createCredentialsSource(async () => bearer(tokens.shift() ?? ""), 60_000);
    await using to = await connected(needs("new"), source);

    await to.get();
    await to.get();

    expect(to.server.asked).toHaveLength(3);
  });

  test("that cannot be renewed fails the call", async () => {
    await using to = await connected(
      needs("other"),
      createCredentialsSource(async () => bearer("fixed"), 60_000),
    );

    expect(await to.failure()).toMatchObject({ statusCode: 401 });
    expect(to.server.asked).toHaveLength(1);
  });

  test("is fetched once for many calls at the same moment", async () => {
    let fetched = 0;
    const source = createCredentialsSource(async () => `token-${++fetched}`, 60_000);

    const tokens = await Promise.all([source(), source(), source()]);

    expect(tokens).toEqual(["token-1", "token-1", "token-1"]);
  });

  test("is renewed once for many calls that it was refused to", async () => {
    let fetched = 0;
    const source = createCredentialsSource(async () => `token-${++fetched}`, 60_000);
    const refused = await source();

    const tokens = await Promise.all([source(refused), source(refused)]);

    expect(tokens).toEqual(["token-2", "token-2"]);
  });

  test("is fetched anew when its time is up, and after a fetch that failed", async () => {
    let now = 0;
    const answers = [
      Promise.resolve("one"),
      Promise.reject(new Error("no")),
      Promise.resolve("three"),
    ];
    const source = createCredentialsSource(async () => answers.shift(), 1_000, { now: () => now });

    expect(await source()).toBe("one");
    now = 1_000;
    await expect(source()).rejects.toThrow("no");
    expect(await source()).toBe("three");
  });
});
