import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startEmbeddedQueue } from "../../lib/local/embedded-queue.ts";
import { receiveResults } from "../../lib/local/results.ts";
import { createSdkClient } from "../support/sdk-client.ts";
import { aSlipway, PATIENT, type Slipway, type Started } from "../support/slipway.ts";

vi.setConfig(PATIENT);

const READY = /Ready\./;
const DEADLINE_MS = 120_000;

/** What a program that reads the results queue of a running `slipway dev` gets for these runs. */
async function resultsOf(slipway: Slipway, ids: readonly string[]) {
  const announced = await readFile(join(slipway.directory, "state/slipway/dev.json"), "utf8");
  const { env, urls } = JSON.parse(announced);
  const client = createSdkClient(env);
  const states: Record<string, string[]> = Object.fromEntries(ids.map((id) => [id, []]));
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const results = receiveResults({ client, queueUrl: urls.results, ids: new Set(ids), signal });
  for await (const { subject, data } of results) states[subject]?.push(data.state);
  client.destroy();
  return states;
}

async function requestsUrl(slipway: Slipway): Promise<string> {
  const announced = await readFile(join(slipway.directory, "state/slipway/dev.json"), "utf8");
  return JSON.parse(announced).urls.requests;
}

const stateOf = async (slipway: Slipway, id: string) =>
  JSON.parse((await slipway.call(["status", id, "--json"])).stdout).state;

describe("slipway dev", () => {
  let slipway: Slipway;
  let dev: Started;
  beforeAll(async () => {
    slipway = await aSlipway();
    dev = slipway.start(["dev", "--port", "0"]);
    await dev.saying(READY);
  });
  afterAll(() => slipway[Symbol.asyncDispose]());

  test("runs what is submitted to it and puts the results on its queue", async () => {
    const submitted = await slipway.call(["submit", "-"], {
      input: JSON.stringify([
        { id: "dev-good", infrastructure: { type: "process", command: ["echo", "hi"] } },
        { id: "dev-bad", infrastructure: { type: "process", command: ["sh", "-c", "exit 3"] } },
      ]),
    });

    expect(submitted).toMatchObject({ exitCode: 0, stdout: "dev-good\ndev-bad\n" });
    expect(await resultsOf(slipway, ["dev-good", "dev-bad"])).toEqual({
      "dev-good": ["submitted", "completed"],
      "dev-bad": ["submitted", "failed"],
    });
  });

  test("prints each run's output under its name", async () => {
    await slipway.call(["submit", "--name", "speaker", "--", "sh", "-c", "echo one; echo two"]);

    await dev.saying(/^speaker \| one\nspeaker \| two$/m);
  });

  test("shows how a run stands and what it writes, while it runs and after", async () => {
    const script = "echo first; until [ -e go ]; do sleep 0.05; done; echo second";
    await slipway.call([
      "submit",
      "--set",
      "id=dev-long",
      "--",
      "sh",
      "-c",
      script.replace("go", join(slipway.directory, "go")),
    ]);
    await dev.saying(/dev-long \| first/);

    const during = await slipway.call(["logs", "dev-long"]);
    const state = await stateOf(slipway, "dev-long");
    const following = slipway.start(["logs", "-f", "dev-long"]);
    await following.saying(/first/);
    await slipway.call(["run", "--", "touch", join(slipway.directory, "go")]);

    expect(during).toMatchObject({ exitCode: 0, stdout: "first\n" });
    expect(state).toBe("running");
    expect(await following.ended).toMatchObject({ exitCode: 0, stdout: "first\nsecond\n" });
    expect(await resultsOf(slipway, ["dev-long"])).toEqual({
      "dev-long": ["submitted", "completed"],
    });
    expect(await stateOf(slipway, "dev-long")).toBe("completed");
  });

  test("cancels a run, and one that has not come yet", async () => {
    const request = (id: string) =>
      JSON.stringify({ id, infrastructure: { type: "process", command: ["sleep", "600"] } });
    await slipway.call(["submit", "-"], { input: request("dev-cancelled") });
    await dev.saying(/dev-cancelled running/);

    const there = await slipway.call(["cancel", "dev-cancelled", "--grace", "1"]);
    const notYet = await slipway.call(["cancel", "dev-never", "--request", "-"], {
      input: request("dev-never"),
    });
    await slipway.call(["submit", "-"], { input: request("dev-never") });

    expect(there.stdout).toBe("dev-cancelled: is being stopped\n");
    expect(notYet.stdout).toContain("there will be none");
    const states = await resultsOf(slipway, ["dev-cancelled", "dev-never"]);
    expect(states).toMatchObject({
      "dev-cancelled": ["submitted", "cancelled"],
      "dev-never": ["cancelled"],
    });
  });

  test("leaves the results of somebody else's runs to their watcher", async () => {
    const other = slipway.start(["run", "--json", "--", "sh", "-c", "echo mine; sleep 1"]);

    const { stdout } = await other.ended;

    const states = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).data);
    expect(states.map(({ state }) => state)).toEqual(["submitted", "completed"]);
    expect(dev.stdout()).not.toContain(states[0].id);
  });

  test("is alone on its queue", async () => {
    const { exitCode, stderr } = await slipway.call(["dev", "--port", "0"]);

    expect(exitCode).toBe(65);
    expect(stderr).toContain("another Slipway is using");
    expect(stderr).toContain(
      `slipway dev is running already, as process ${dev.pid}, and serves ${await requestsUrl(slipway)}`,
    );
    expect(stderr).toContain("slipway submit");
  });
});

describe("slipway dev without a port to itself", () => {
  const listening = async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return { port, [Symbol.dispose]: () => void server.close() };
  };

  test("says which port another program has, and what to do", async () => {
    await using slipway = await aSlipway();
    using other = await listening();

    const { exitCode, stderr } = await slipway.call(["dev", "--port", String(other.port)]);

    expect(exitCode).toBe(64);
    expect(stderr).toContain(`port ${other.port} of 127.0.0.1 is in use by another program`);
    expect(stderr).toContain("--port (0: any free one)");
    expect(stderr).toContain(
      `AWS_ENDPOINT_URL=http://127.0.0.1:${other.port} slipway dev --queue-url`,
    );
    expect(stderr).not.toContain("defect");
  });

  test("says so of a slipway dev of another state directory", async () => {
    await using slipway = await aSlipway();
    await using other = await aSlipway();
    const first = other.start(["dev", "--port", "0"]);
    await first.saying(READY);
    const { port } = new URL(await requestsUrl(other));

    const { exitCode, stderr } = await slipway.call(["dev", "--port", port]);

    expect(exitCode).toBe(64);
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use`);
  });

  test.each(["70000", "-1", "1.5", "http"])("refuses --port %s", async (port) => {
    await using slipway = await aSlipway();

    const { exitCode, stderr } = await slipway.call(["dev", `--port=${port}`]);

    expect(exitCode).toBe(64);
    expect(stderr).toContain("--port takes a whole number from 0 to 65535");
  });
});

test("slipway dev stops on SIGTERM, leaves its runs running, and takes them up again", async () => {
  await using slipway = await aSlipway();
  const first = slipway.start(["dev", "--port", "0"]);
  await first.saying(READY);
  const go = join(slipway.directory, "go");
  const script = `until [ -e ${go} ]; do sleep 0.05; done`;
  await slipway.call(["submit", "--set", "id=survivor", "--", "sh", "-c", script]);
  await first.saying(/survivor running/);

  first.kill("SIGTERM");
  const stopped = await first.ended;
  const lonely = await slipway.call(["submit", "examples/hello.yaml"]);
  const state = await stateOf(slipway, "survivor");
  const second = slipway.start(["dev", "--port", "0"]);
  await second.saying(READY);
  await slipway.call(["run", "--", "touch", go]);

  expect(stopped.exitCode).toBe(0);
  expect(lonely.exitCode).toBe(64);
  expect(state).toBe("running");
  expect(await resultsOf(slipway, ["survivor"])).toEqual({ survivor: ["submitted", "completed"] });
  second.kill("SIGTERM");
  expect((await second.ended).exitCode).toBe(0);
});

test("slipway dev and submit use the queues that they are given", async () => {
  await using slipway = await aSlipway();
  const place = await startEmbeddedQueue();
  const given = ["--queue-url", place.urls.requests, "--results-url", place.urls.results];
  const dev = slipway.start(["dev", ...given], { env: place.env });
  await dev.saying(READY);

  const ran = await slipway.call(["run", ...given, "--", "sh", "-c", "echo hi; exit 6"], {
    env: place.env,
  });

  expect(ran).toMatchObject({ exitCode: 6, stdout: "hi\n" });
  dev.kill("SIGTERM");
  expect((await dev.ended).exitCode).toBe(0);
  await place.stop();
});

test("slipway watch publishes once what has ended", async () => {
  await using slipway = await aSlipway();
  const place = await startEmbeddedQueue();
  const dev = slipway.start(["dev", "--queue-url", place.urls.requests], { env: place.env });
  await dev.saying(READY);
  const go = join(slipway.directory, "go");
  const script = `until [ -e ${go} ]; do sleep 0.05; done; exit 9`;
  const submit = ["submit", "--queue-url", place.urls.requests, "--set", "id=watched"];
  await slipway.call([...submit, "--", "sh", "-c", script], { env: place.env });
  await dev.saying(/"dev.slipway.run.submitted"/);
  dev.kill("SIGTERM");
  await dev.ended;
  await slipway.call(["run", "--", "touch", go]);
  await slipway.call(["logs", "-f", "watched"]);

  const first = await slipway.call(["watch"]);
  const second = await slipway.call(["watch"]);

  expect(JSON.parse(first.stdout)).toMatchObject({ subject: "watched", data: { status_code: 9 } });
  expect(second.stdout).toBe("");
  await place.stop();
});
