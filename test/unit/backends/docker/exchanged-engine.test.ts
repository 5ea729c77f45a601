import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { connectEngine, type Engine } from "../../../../lib/backends/docker/api/engine.ts";
import { parseImageReference } from "../../../../lib/runs/image-reference.ts";
import { requestOf } from "../../../support/docker-runs.ts";

/** What an engine says of itself; the words of its refusals are those of dockerd 29. */
interface Speaks {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  /** Refuses even the versions that it names. */
  readonly refusesAll?: boolean;
}

const OLD = { Version: "20.10.24+dfsg1", ApiVersion: "1.41", MinAPIVersion: "1.12" };
const NEW = { Version: "29.8.0", ApiVersion: "1.56", MinAPIVersion: "1.44" };
const signal = new AbortController().signal;
const image = parseImageReference("busybox:1");

const CONTAINER = {
  Id: "c1",
  Name: "/n",
  Created: "2026-11-24T06:00:00Z",
  State: {
    Status: "running",
    ExitCode: 0,
    StartedAt: "2026-11-24T06:00:00Z",
    FinishedAt: "0001-01-01T00:00:00Z",
  },
  Config: { Labels: {} },
};

const ANSWERS: readonly [RegExp, number, unknown][] = [
  [/\/containers\/create/, 201, { Id: "c1", Warnings: [] }],
  [/\/containers\/c1\/start/, 204, undefined],
  [/\/containers\/json/, 200, []],
  [/\/containers\/c1\/json/, 200, CONTAINER],
  [/\/info/, 200, { SystemTime: "2026-11-24T06:00:00.5Z", LoggingDriver: "local" }],
  [/\/images\/create|\/logs|\/events/, 200, { status: "a line" }],
];

describe("an engine that is exchanged for another while we are connected", () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  async function connect(speaks: Speaks) {
    const engine = { speaks, seen: [] as string[] };
    const server = http.createServer((request, response) => {
      engine.seen.push(`${request.method} ${request.url?.split("?")[0]}`);
      answer(engine.speaks, request, response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const address = { kind: "tcp", host: "127.0.0.1", port } as const;
    const host = { address, tls: undefined, sshKey: undefined, sshHostKey: undefined };
    const connected = await connectEngine(host, { resolve: async (secret) => secret.reveal() });
    closing.push(
      () => connected.close(),
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return { engine, connected };
  }

  const drain = async (stream: Promise<AsyncIterable<Buffer>>) => {
    let text = "";
    for await (const chunk of await stream) text += chunk;
    return JSON.parse(text);
  };

  const calls: [string, (engine: Engine) => Promise<unknown>, string, unknown][] = [
    ["a list", (it) => it.list("l", signal), "GET /containers/json", []],
    ["an inspection", (it) => it.inspect("c1", signal), "GET /containers/c1/json", { Id: "c1" }],
    [
      "a creation",
      (it) => it.create(requestOf(), signal),
      "POST /containers/create",
      { outcome: "created", id: "c1" },
    ],
    ["a start", (it) => it.start("c1", signal), "POST /containers/c1/start", { outcome: "done" }],
    [
      "a pull",
      (it) => drain(it.pull(image, undefined, undefined, signal)),
      "POST /images/create",
      { status: "a line" },
    ],
    [
      "output",
      (it) => drain(it.logs("c1", { follow: true, lines: undefined }, signal)),
      "GET /containers/c1/logs",
      { status: "a line" },
    ],
    [
      "events",
      (it) => drain(it.events("2026-11-24T06:00:00Z", {}, signal)),
      "GET /events",
      { status: "a line" },
    ],
  ];

  test.each(calls)("is asked its version again for %s, which is then repeated", async (...row) => {
    const [_title, call, asked, expected] = row;
    const { engine, connected } = await connect(OLD);
    await connected.now(signal);
    engine.speaks = NEW;
    engine.seen.length = 0;

    const result = await call(connected);

    expect(result).toMatchObject(expected as object);
    const [method, path] = asked.split(" ");
    expect(engine.seen).toEqual([
      `${method} /v1.41${path}`,
      "GET /version",
      `${method} /v1.44${path}`,
    ]);
  });

  test.each(calls)("is spoken to as the older one that it now is for %s", async (...row) => {
    const [_title, call, asked, expected] = row;
    const { engine, connected } = await connect(NEW);
    await connected.now(signal);
    engine.speaks = OLD;

    expect(await call(connected)).toMatchObject(expected as object);
    expect(engine.seen.at(-1)).toBe(asked.replace(" ", " /v1.41"));
  });

  test("is asked once for many calls at once, and its traits anew", async () => {
    const { engine, connected } = await connect({
      ...OLD,
      Version: "19.03.15",
      ApiVersion: "1.40",
    });
    expect(await connected.traits(signal)).toMatchObject({ hostGateway: false });
    engine.speaks = NEW;
    engine.seen.length = 0;

    await Promise.all(Array.from({ length: 10 }, () => connected.list("l", signal)));

    expect(engine.seen.filter((call) => call === "GET /version")).toHaveLength(1);
    expect(await connected.traits(signal)).toMatchObject({ hostGateway: true });
  });

  test("is noticed by what its answers say of it, though it speaks the same version", async () => {
    const { engine, connected } = await connect(OLD);
    await connected.now(signal);
    engine.speaks = { ...NEW, MinAPIVersion: "1.40" };
    const before = await connected.version(signal);

    await connected.list("l", signal);

    expect(before).toEqual({ kind: "docker", engine: "20.10.24+dfsg1", api: "1.41" });
    expect(await connected.version(signal)).toEqual({
      kind: "docker",
      engine: "29.8.0",
      api: "1.44",
    });
  });

  test("is asked no third time where it refuses the version that it names", async () => {
    const { engine, connected } = await connect(OLD);
    await connected.now(signal);
    engine.speaks = { ...NEW, refusesAll: true };
    engine.seen.length = 0;

    await expect(connected.list("l", signal)).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining("is too old"),
    });
    expect(engine.seen).toHaveLength(3);
  });

  function answer(speaks: Speaks, request: http.IncomingMessage, response: http.ServerResponse) {
    const [, version, path = ""] = /^(?:\/v([\d.]+))?(.*)$/.exec(request.url ?? "") ?? [];
    const refusal = refusalOf(speaks, version);
    const found = ANSWERS.find(([pattern]) => pattern.test(path));
    const [, status, body] =
      path === "/version"
        ? [0, 200, speaks]
        : refusal
          ? [0, 400, refusal]
          : (found ?? [0, 404, {}]);
    request.resume();
    const Server = `Docker/${speaks.Version} (linux)`;
    response.writeHead(status, { "Content-Type": "application/json", Server });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  const minor = (version: string) => Number(version.split(".")[1]);

  function refusalOf(speaks: Speaks, version: string | undefined) {
    const { ApiVersion, MinAPIVersion, refusesAll } = speaks;
    if (version === undefined) return undefined;
    if (minor(version) < minor(MinAPIVersion) || refusesAll)
      return {
        message: `client version ${version} is too old. Minimum supported API version is ${MinAPIVersion}, please upgrade your client to a newer version`,
      };
    if (minor(version) > minor(ApiVersion))
      return {
        message: `client version ${version} is too new. Maximum supported API version is ${ApiVersion}`,
      };
    return undefined;
  }
});
