import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import type Docker from "dockerode";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../../../../lib/backends/docker/api/answer.ts";
import { type CallOptions, createCaller } from "../../../../lib/backends/docker/api/caller.ts";
import { containerCalls } from "../../../../lib/backends/docker/api/container-calls.ts";
import { dockerFor } from "../../../../lib/backends/docker/api/modem.ts";
import { volumeCalls } from "../../../../lib/backends/docker/api/volume-calls.ts";
import { createConnection } from "../../../../lib/backends/docker/connect/connection.ts";
import { requestOf } from "../../../support/docker-runs.ts";

/** A server that answers as an engine in trouble does. */
const trouble: Record<string, (response: http.ServerResponse) => void> = {
  "/version": (response) => response.end('{"Version":"28.5.2","ApiVersion":"1.51"}'),
  "/json": (response) => response.end('{"a":1}'),
  "/text": (response) => response.writeHead(500).end(" not json\n"),
  "/empty": (response) => response.writeHead(204).end(),
  "/slow-down": (response) => response.writeHead(429, { "Retry-After": "7" }).end(),
  "/hang": () => {},
  "/truncated": (response) => {
    response.writeHead(200, { "Content-Length": "100" }).write('{"a":');
    setTimeout(() => response.destroy(), 20);
  },
  "/stalling": (response) => void response.writeHead(200).write('{"a":'),
  "/moved": (response) => response.writeHead(301, { Location: "/json" }).end("moved"),
  "/moved-far": (response) => response.writeHead(307, { Location: "gopher://x/" }).end("moved"),
  "/containers/create": (response) =>
    response.writeHead(201).end('{"Id":"c1","Warnings":["no swap limit"]}'),
  "/volumes/create": (response) =>
    response.writeHead(201).end('{"Name":"v1","Labels":{"writer":"another"}}'),
  "/endless": (response) => void response.writeHead(200).write("line\n"),
};

describe("a call to the engine", () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  async function connect() {
    const seen: string[] = [];
    const bodies: string[] = [];
    const server = http.createServer(async (request, response) => {
      const url = request.url?.replace(/^\/v1\.44/, "") ?? "";
      bodies.push(await text(request));
      if (url !== "/version") seen.push(`${request.method} ${url}`);
      trouble[new URL(url, "http://x").pathname]?.(response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const address = { kind: "tcp", host: "127.0.0.1", port } as const;
    const host = { address, tls: undefined, sshKey: undefined, sshHostKey: undefined };
    const connection = await createConnection(host, { resolve: async (secret) => secret.reveal() });
    const caller = createCaller(connection, dockerFor);
    await caller.version(new AbortController().signal);
    closing.push(
      () => connection.close(),
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return { connection, caller, seen, bodies, server };
  }

  const get = (path: string) => (docker: Docker) =>
    new Promise((resolve, reject) => {
      docker.modem.dial({ path, method: "GET" }, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  const options = (rest: Partial<CallOptions> = {}): CallOptions => ({
    deadlineMs: 5_000,
    signal: new AbortController().signal,
    ...rest,
  });
  const { signal } = options();

  test.each([
    ["/json", { a: 1 }],
    ["/text", new Refusal({ status: 500, body: "not json", retryAfterMs: undefined })],
    ["/empty", undefined],
  ])("gives %s as %j", async (path, answer) => {
    const { caller } = await connect();

    expect(await caller.send(get(path), options())).toEqual(answer);
  });

  test("passes on how long the engine asks to be left alone", async () => {
    const { caller } = await connect();

    const answer = await caller.send(get("/slow-down"), options());

    expect(answer).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  test("fails where the answer breaks off midway", async () => {
    const { caller } = await connect();

    await expect(caller.send(get("/truncated"), options())).rejects.toMatchObject({
      code: "EngineLost",
      retryable: true,
      message: expect.stringMatching(/^Could not connect to Docker at tcp:\/\/127.0.0.1:\d+: /),
    });
  });

  test("fails at its deadline, or when its caller gives up", async () => {
    const { caller } = await connect();
    const given = new AbortController();

    const calls = Promise.allSettled([
      caller.send(get("/hang"), options({ deadlineMs: 50 })),
      caller.send(get("/hang"), options({ signal: given.signal })),
      caller.send(get("/stalling"), options({ deadlineMs: 50 })),
    ]);
    given.abort();

    expect(await calls).toMatchObject([
      { reason: { retryable: true, message: expect.stringContaining("no answer within 0.05 s") } },
      { reason: { retryable: true, message: expect.stringContaining("no time left") } },
      { reason: { retryable: true, message: expect.stringContaining("no answer within 0.05 s") } },
    ]);
  });

  test("says why nothing answers", async () => {
    const { caller, server } = await connect();
    server.close();

    await expect(caller.send(get("/json"), options())).rejects.toMatchObject({
      message: expect.stringContaining("nothing listens there"),
    });
  });

  test("keeps its connection, and is made again where that has died meanwhile", async () => {
    const { caller, seen, server } = await connect();
    await caller.send(get("/json"), options());
    const closed = new Promise<void>((resolve) => server.once("connection", () => resolve()));
    // What a frozen function misses: the other side is gone, and the news of it is not read yet.
    server.closeAllConnections();

    const again = await caller.send(get("/json"), options());

    expect(again).toEqual({ a: 1 });
    await closed;
    expect(seen).toEqual(["GET /json", "GET /json"]);
  });

  test("leaves an endless answer at once when its caller has enough", async () => {
    const { caller } = await connect();
    const enough = new AbortController();
    const stream = await caller.stream(get("/endless"), options({ signal: enough.signal }));

    const reading = (async () => {
      for await (const _ of stream as http.IncomingMessage) enough.abort();
    })();

    await expect(reading).rejects.toThrow();
  });

  test("gives an endless answer only so long to begin", async () => {
    const { caller } = await connect();

    const stream = caller.stream(get("/hang"), options({ deadlineMs: 50 }));

    await expect(stream).rejects.toMatchObject({ code: "EngineLost", retryable: true });
  });

  test("is made once where it must not be repeated, on a connection that is not an old one", async () => {
    const { caller, seen, server } = await connect();
    server.closeAllConnections();

    const answer = await caller.send(get("/json"), options({ once: true }));

    expect(answer).toEqual({ a: 1 });
    expect(seen).toEqual(["GET /json"]);
  });

  test("shares its connections with many others, at most 16", async () => {
    const { caller, server } = await connect();
    let connections = 0;
    server.on("connection", () => connections++);

    await Promise.all(Array.from({ length: 50 }, () => caller.send(get("/json"), options())));

    expect(connections).toBeLessThanOrEqual(16);
  });

  test.each(["/moved", "/moved-far"])("is not led elsewhere by %s", async (path) => {
    const { caller, seen } = await connect();

    const answer = await caller.send(get(path), options());

    expect(answer).toMatchObject({ body: "moved" });
    expect(seen).toEqual([`GET ${path}`]);
  });

  test("goes where the configuration says, whatever the environment holds", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://");
    vi.stubEnv("DOCKER_TLS_VERIFY", "1");
    vi.stubEnv("DOCKER_CERT_PATH", "/nowhere");
    const { caller } = await connect();

    expect(await caller.send(get("/json"), options())).toEqual({ a: 1 });
    vi.unstubAllEnvs();
  });

  test("writes no connection out for a debug log", async () => {
    const { caller, connection } = await connect();
    let inspected = 0;
    Object.assign(connection.kept, { [inspect.custom]: () => String(inspected++) });

    await caller.send(get("/json"), options());

    expect(inspected).toBe(0);
  });

  test("that creates has its body out of the URL and its whole answer", async () => {
    const { caller, seen, bodies } = await connect();
    const request = requestOf({ env: { API_TOKEN: "hunter22" }, platform: "linux/amd64" });

    const created = await containerCalls(caller).create(request, signal);
    const volume = await volumeCalls(caller).createRegister("v1", { writer: "me" }, signal);

    expect(created).toEqual({ outcome: "created", id: "c1", warnings: ["no swap limit"] });
    expect(volume).toMatchObject({ Name: "v1", Labels: { writer: "another" } });
    expect(seen).toEqual([
      `POST /containers/create?name=${request.name}&platform=linux%2Famd64`,
      "POST /volumes/create",
    ]);
    expect(JSON.parse(bodies.at(-2) ?? "")).toEqual(JSON.parse(JSON.stringify(request.body)));
  });
});
