import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { call, type EngineCall, openStream } from "../../../../lib/backends/docker/api/call.ts";
import {
  createTransport,
  type Transport,
} from "../../../../lib/backends/docker/connect/transport.ts";

/** A server that answers as an engine in trouble does. */
const trouble: Record<string, (response: http.ServerResponse) => void> = {
  "/json": (response) => response.end('{"a":1}'),
  "/text": (response) => response.writeHead(500).end(" not json\n"),
  "/empty": (response) => response.writeHead(204).end(),
  "/slow-down": (response) => response.writeHead(429, { "Retry-After": "7" }).end(),
  "/hang": () => {},
  "/truncated": (response) => {
    response.writeHead(200, { "Content-Length": "100" }).write('{"a":');
    setTimeout(() => response.destroy(), 20);
  },
  "/endless": (response) => void response.writeHead(200).write("line\n"),
};

describe("a call to the engine", () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  async function connect(): Promise<{ transport: Transport; seen: string[]; server: http.Server }> {
    const seen: string[] = [];
    const server = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const path = new URL(request.url ?? "", "http://x").pathname;
      trouble[path]?.(response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const address = { kind: "tcp", host: "127.0.0.1", port } as const;
    const host = { address, tls: undefined, sshKey: undefined, sshHostKey: undefined };
    const transport = await createTransport(host, { resolve: async (secret) => secret.reveal() });
    closing.push(
      () => transport.close(),
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return { transport, seen, server };
  }

  const get = (path: string, rest: Partial<EngineCall> = {}): EngineCall => ({
    method: "GET",
    path,
    deadlineMs: 5_000,
    signal: new AbortController().signal,
    ...rest,
  });

  test.each([
    ["/json", 200, { a: 1 }],
    ["/text", 500, "not json"],
    ["/empty", 204, undefined],
  ])("gives %s as status %i and %j", async (path, status, body) => {
    const { transport } = await connect();

    expect(await call(transport, get(path))).toMatchObject({ status, body });
  });

  test("passes on how long the engine asks to be left alone", async () => {
    const { transport } = await connect();

    expect(await call(transport, get("/slow-down"))).toMatchObject({ retryAfterMs: 7_000 });
  });

  test("fails where the answer breaks off midway", async () => {
    const { transport } = await connect();

    await expect(call(transport, get("/truncated"))).rejects.toMatchObject({
      code: "EngineLost",
      retryable: true,
      message: expect.stringMatching(/^Could not connect to Docker at tcp:\/\/127.0.0.1:\d+: /),
    });
  });

  test("fails at its deadline, or when its caller gives up", async () => {
    const { transport } = await connect();
    const given = new AbortController();

    const calls = Promise.allSettled([
      call(transport, get("/hang", { deadlineMs: 50 })),
      call(transport, get("/hang", { signal: given.signal })),
    ]);
    given.abort();

    expect(await calls).toMatchObject([
      { reason: { retryable: true, message: expect.stringContaining("no answer within 0.05 s") } },
      { reason: { retryable: true, message: expect.stringContaining("no time left") } },
    ]);
  });

  test("says why nothing answers", async () => {
    const { transport, server } = await connect();
    server.close();

    await expect(call(transport, get("/json"))).rejects.toMatchObject({
      message: expect.stringContaining("nothing listens there"),
    });
  });

  test("keeps its connection, and is made again where that has died meanwhile", async () => {
    const { transport, seen, server } = await connect();
    await call(transport, get("/json"));
    const closed = new Promise<void>((resolve) => server.once("connection", () => resolve()));
    // What a frozen function misses: the other side is gone, and the news of it is not read yet.
    server.closeAllConnections();

    const again = await call(transport, get("/json"));

    expect(again.status).toBe(200);
    await closed;
    expect(seen).toEqual(["GET /json", "GET /json"]);
  });

  test("leaves an endless answer at once when its caller has enough", async () => {
    const { transport } = await connect();
    const enough = new AbortController();
    const stream = await openStream(transport, get("/endless", { signal: enough.signal }));

    const reading = (async () => {
      for await (const _ of stream) enough.abort();
    })();

    await expect(reading).rejects.toThrow();
  });

  test("gives an endless answer only so long to begin", async () => {
    const { transport } = await connect();

    const stream = openStream(transport, get("/hang", { deadlineMs: 50 }));

    await expect(stream).rejects.toMatchObject({ code: "EngineLost", retryable: true });
  });
});
