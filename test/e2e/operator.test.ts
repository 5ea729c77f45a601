import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type EmbeddedQueue, startEmbeddedQueue } from "../../lib/local/embedded-queue.ts";
import { receiveResults } from "../../lib/local/results.ts";
import { createSdkClient } from "../support/sdk-client.ts";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

const DEADLINE_MS = 120_000;

/** Of a cluster that nobody serves. */
const OFF = JSON.stringify({
  "current-context": "off",
  contexts: [{ name: "off", context: { cluster: "off", user: "off" } }],
  clusters: [{ name: "off", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "off", user: { token: "secret-token" } }],
});

describe("slipway config check", () => {
  let slipway: Slipway;
  beforeAll(async () => {
    slipway = await aSlipway();
  });
  afterAll(() => slipway[Symbol.asyncDispose]());

  const check = async (content: string, ...more: string[]) => {
    await writeFile(join(slipway.directory, "slipway.yml"), content);
    return slipway.call(["config", "check", ...more], { cwd: slipway.directory });
  };

  test("shows what takes effect, and no secret", async () => {
    const registry = "registries: { ghcr: { username: bot, password: hunter2hunter2 } }";

    const { exitCode, stdout, stderr } = await check(
      `${registry}\nretention_seconds: 60`,
      "--offline",
    );

    expect(exitCode).toBe(0);
    expect(stdout).toContain("retention_seconds: 60");
    expect(stdout + stderr).not.toContain("hunter2");
  });

  test("names every problem at once", async () => {
    const { exitCode, stderr } = await check("retention_second: 60\nlogs: { tail_bytes: -1 }");

    expect(exitCode).toBe(65);
    expect(stderr).toContain("retention_second: is not a known field");
    expect(stderr).toContain("logs.tail_bytes");
  });

  test("asks every target, names those that cannot be used, and ends as for any problem", async () => {
    const config = `
docker_hosts:
  gone: { host: "unix://${slipway.directory}/gone.sock" }
  shut: { host: "tcp://127.0.0.1:1" }
clusters:
  down: { kubeconfig: "\${env:KUBECONFIG_OFF}" }
defaults: { docker-container: gone, kubernetes-job: down }
`;
    await writeFile(join(slipway.directory, "slipway.yml"), config);
    const call = (...more: string[]) =>
      slipway.call(["config", "check", ...more], {
        cwd: slipway.directory,
        env: {
          KUBECONFIG_OFF: OFF,
          SLIPWAY_REQUESTS_URL: "http://127.0.0.1:1/000000000000/requests",
          AWS_REGION: "eu-west-1",
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
        },
      });

    const [plain, json, offline] = await Promise.all([call(), call("--json"), call("--offline")]);

    expect(plain.exitCode).toBe(65);
    expect(plain.stderr).toMatch(/^docker-container gone: problem: .*gone\.sock/m);
    expect(plain.stderr).toMatch(/^docker-container shut: problem: .*127\.0\.0\.1:1/m);
    expect(plain.stderr).toMatch(/^kubernetes-job down: problem: could not .*ECONNREFUSED/m);
    expect(plain.stderr).toMatch(/^process default: Node\.js v[\d.]+ on \S+, \d+ ms$/m);
    expect(plain.stderr).toMatch(/^requests queue: problem: SQS could not describe a queue/m);
    expect(plain.stderr).toContain("4 of 5 failed.");
    expect(json.exitCode).toBe(65);
    expect(JSON.parse(json.stdout)).toMatchObject({
      targets: expect.arrayContaining([
        expect.objectContaining({
          type: "docker-container",
          name: "gone",
          problems: [expect.any(String)],
        }),
        expect.objectContaining({
          type: "process",
          name: "default",
          latencyMs: expect.any(Number),
          problems: [],
        }),
      ]),
    });
    expect(offline.exitCode).toBe(0);
    expect(offline.stderr).toMatch(/^docker-container gone$/m);
    expect(offline.stderr).toContain("No problem found.");
  });

  test("reads the file that --config names", async () => {
    await writeFile(join(slipway.directory, "other.yml"), "retention_seconds: 77");

    const { stdout } = await check(
      "retention_seconds: 60",
      ...["--config", "other.yml", "--json", "--offline"],
    );

    expect(JSON.parse(stdout).config.retention_seconds).toBe(77);
  });
});

describe("slipway dead-letters", () => {
  let slipway: Slipway;
  let place: EmbeddedQueue;
  let urls: string[];
  beforeAll(async () => {
    slipway = await aSlipway();
    place = await startEmbeddedQueue({ maxReceiveCount: 1 });
    urls = ["--queue-url", place.urls.requests, "--results-url", place.urls.results];
    const dev = slipway.start(["dev", ...urls], { env: place.env });
    await dev.saying(/Ready\./);
    for (const id of ["dead-1", "dead-2"])
      await slipway.call(
        ["submit", ...urls, "--set", `id=${id}`, "--image", "busybox", "--", "true"],
        { env: place.env },
      );
    await dev.saying(/dead-1 delayed/);
    await dev.saying(/dead-2 delayed/);
    dev.kill("SIGTERM");
    await dev.ended;
  });
  afterAll(async () => {
    await slipway[Symbol.asyncDispose]();
    await place.stop();
  });

  const call = (...args: string[]) =>
    slipway.call(["dead-letters", ...args, ...urls], { env: place.env });

  test("list says which requests were given up, and why", async () => {
    const { exitCode, stdout } = await call("list");

    expect(exitCode).toBe(0);
    expect(stdout.trim().split("\n").toSorted()).toEqual([
      expect.stringMatching(/^dead-1: .*Could not connect to Docker/),
      expect.stringMatching(/^dead-2: .*Could not connect to Docker/),
    ]);
  });

  test("redrive leaves one where it is whose engine still does not answer", async () => {
    const { exitCode, stdout } = await call("redrive", "dead-1");

    expect(exitCode).toBe(69);
    expect(stdout).toMatch(/^dead-1: left where it is: Could not connect to Docker/);
  });

  test("drop --force publishes a result all the same", async () => {
    const { exitCode, stdout } = await call("drop", "dead-1", "--force");
    const left = await call("list", "--json");

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "dead-1: dropped\n" });
    expect(JSON.parse(left.stdout)).toMatchObject({ id: "dead-2" });
    expect(await lastStateOf("dead-1")).toBe("crashed");
  });

  test("say which, and it must be there", async () => {
    expect((await call("drop")).exitCode).toBe(64);
    expect((await call("drop", "nobody")).exitCode).toBe(1);
  });

  async function lastStateOf(id: string) {
    const client = createSdkClient(place.env);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const queueUrl = place.urls.results;
    let last: string | undefined;
    for await (const { data } of receiveResults({ client, queueUrl, ids: new Set([id]), signal }))
      last = data.state;
    client.destroy();
    return last;
  }
});

test("slipway cancel sends a message where a queue is named", async () => {
  await using slipway = await aSlipway();
  const place = await startEmbeddedQueue();
  const urls = ["--queue-url", place.urls.requests];
  const dev = slipway.start(["dev", ...urls], { env: place.env });
  await dev.saying(/Ready\./);
  const submitted = await slipway.call(
    ["submit", ...urls, "--set", "id=far", "--", "sleep", "600"],
    { env: place.env },
  );
  await dev.saying(/"state":"submitted"/);

  const cancelled = await slipway.call(["cancel", "far", "--grace", "1", ...urls], {
    env: place.env,
  });

  expect([submitted.exitCode, cancelled.stdout]).toEqual([0, "far: the cancel is on the queue\n"]);
  await dev.saying(/"state":"cancelled"/);
  dev.kill("SIGTERM");
  await dev.ended;
  await place.stop();
});

test("the completion script asks the program itself", async () => {
  await using slipway = await aSlipway();

  const script = await slipway.call(["completion"]);
  const words = await slipway.call(["--get-yargs-completions", "slipway", "re"]);

  expect(script.stdout).toContain("--get-yargs-completions");
  expect(words.stdout.split("\n")).toContain("release");
});

test("slipway release does nothing before it is told to", async () => {
  await using slipway = await aSlipway();

  const { exitCode, stderr } = await slipway.call(["release"]);

  expect(exitCode).toBe(64);
  expect(stderr).toContain("Then say --yes");
});
