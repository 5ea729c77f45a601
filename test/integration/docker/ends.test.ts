import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collect } from "../../contract/arena.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { GREEDY } from "./support/raw-call.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

const CANCEL = { graceSeconds: 1, reason: "Cancelled", message: "enough" } as const;

await describeWithEngine("docker", "a container's end", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  beforeAll(async () => {
    engine = await startPrivateEngine();
    stage = createStage(engine.socket, locally(engine));
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  test.concurrent("is OOMKilled where the kernel killed it for its memory", async () => {
    const end = await stage.ended(GREEDY, { mem_limit: "20m", memswap_limit: "20m" });

    expect(end).toMatchObject({ outcome: "failed", statusCode: 137, cause: { code: "OOMKilled" } });
  });

  test.concurrent("is a signal's where somebody killed it", async () => {
    const what = stage.run("sleep 600");
    const { run } = await stage.submit(what);
    await stage.untilRunning(what);

    await stage.raw("POST", `/containers/${run.uid}/kill`);

    expect(await stage.untilEnded(what)).toMatchObject({
      outcome: "failed",
      statusCode: 137,
      cause: { code: "Signal", hint: expect.stringContaining("docker kill") },
    });
  });

  test.concurrent.for<[string, Record<string, unknown>, number, RegExp]>([
    ["is missing", { command: ["nosuchcommand"] }, 127, /nosuchcommand/],
    ["is no program", { command: ["/etc/passwd"] }, 126, /permission denied/],
    ["wants a network that is missing", { network_mode: "nowhere" }, 128, /nowhere not found/],
    ["wants a user that is missing", { user: "nobody-here" }, 128, /nobody-here/],
    ["wants a device that is missing", { devices: ["/dev/nope"] }, 128, /\/dev\/nope/],
    ["wants GPUs that are missing", { gpus: "all" }, 128, /gpu/i],
  ])(
    "tells the engine's reason where what it should start %s",
    async ([, fields, code, reason], { expect }) => {
      const end = await stage.ended("true", fields);

      expect(end).toMatchObject({
        outcome: "crashed",
        statusCode: code,
        attempts: 0,
        startedAt: undefined,
        cause: { code: "ConfigError", message: expect.stringMatching(reason) },
      });
    },
  );

  test.concurrent("is told at once to who follows, though the engine sends no event of a failed start", async () => {
    const what = stage.run("true", { command: ["nosuchcommand"] });
    const watcher = stage.another({});
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(30_000)]);
    const told: string[] = [];

    const following = (async () => {
      for await (const seen of watcher.open(stage.target, { signal, follow: true })) {
        if (seen.run.key.id !== what.key.id) continue;
        told.push(seen.state);
        if (seen.state === "ended") enough.abort();
      }
    })();
    await stage.submit(what);
    await following;
    await watcher.close();

    expect(told.at(-1), `the follower was told ${told.join(", ") || "nothing"}`).toBe("ended");
  });

  test.concurrent("keeps the reason of a failed start where its container is removed before its result is out", async () => {
    const what = stage.run("true", { command: ["nosuchcommand"] });
    const { run } = await stage.submit(what);

    await stage.raw("DELETE", `/containers/${run.uid}`);

    expect(await stage.untilEnded(what)).toMatchObject({
      outcome: "crashed",
      attempts: 0,
      cause: { code: "ConfigError", message: expect.stringContaining("nosuchcommand") },
    });
    expect(await stage.backend.cancel(what.key, CANCEL, stage.signal())).toEqual({
      outcome: "fenced",
    });
  });

  test.concurrent("is over for a cancel where the start failed", async () => {
    const what = stage.run("true", { command: ["nosuchcommand"] });
    await stage.submit(what);

    expect(await stage.backend.cancel(what.key, CANCEL, stage.signal())).toEqual({
      outcome: "ended",
    });
  });

  test.concurrent("tells of a port that is taken", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "0.0.0.0", listening));
    const { port } = server.address() as { port: number };

    const end = await stage.ended("true", {
      network_mode: "bridge",
      create_options: {
        ExposedPorts: { "80/tcp": {} },
        HostConfig: { PortBindings: { "80/tcp": [{ HostPort: String(port) }] } },
      },
    });

    server.close();
    expect(end).toMatchObject({
      outcome: "crashed",
      cause: { code: "ConfigError", message: expect.stringContaining("address already in use") },
    });
  });

  test.concurrent("is refused at once where the engine refuses the request itself", async () => {
    const Mounts = [{ Type: "bind", Source: "/nowhere", Target: "/x" }];
    const missing = stage.run("true", {
      create_options: { HostConfig: { Mounts } },
      env: { TOKEN: "/nowhere" },
    });
    const tiny = stage.run("true", { mem_limit: "1k" });

    await expect(stage.submit(missing)).rejects.toMatchObject({
      code: "ConfigError",
      retryable: false,
      message: expect.stringMatching(
        /^(?!.*nowhere).*bind source path does not exist: \[redacted\]/,
      ),
    });
    await expect(stage.submit(tiny)).rejects.toMatchObject({
      code: "ConfigError",
      retryable: false,
    });
    expect(await stage.listed(tiny)).toBeUndefined();
  });

  test.concurrent("is Conflict's where a stranger holds the name", async () => {
    const what = stage.run("true");
    const name = stage.nameOf(what);
    await stage.raw("POST", `/containers/create?name=${name}`, { Image: "localhost/busybox:1" });

    await expect(stage.submit(what)).rejects.toMatchObject({ code: "Conflict", retryable: false });
    await stage.raw("DELETE", `/containers/${name}`);
  });

  test.concurrent("comes with its output where it had a terminal", async () => {
    const end = await stage.ended("printf 'to a terminal'; test -t 1", {
      create_options: { Tty: true },
    });

    const output = stage.backend.output(end.run, { signal: stage.signal(), tailBytes: 100 });

    expect(end.outcome).toBe("completed");
    expect(String(await collect(output))).toBe("to a terminal");
  });

  test.concurrent("comes without its output, and says so, where its log driver cannot be read", async () => {
    const end = await stage.ended("echo lost", {
      create_options: { HostConfig: { LogConfig: { Type: "none" } } },
    });

    const output = stage.backend.output(end.run, { signal: stage.signal(), tailBytes: 100 });

    await expect(collect(output)).rejects.toMatchObject({
      code: "ConfigError",
      retryable: false,
      message: expect.stringContaining("cannot be read"),
    });
  });

  test.concurrent("keeps the last bytes of very many", async () => {
    const end = await stage.ended("seq 1 200000; head -c 3000000 /dev/zero | tr '\\0' x; echo END");
    const read = async (tailBytes: number) =>
      String(await collect(stage.backend.output(end.run, { signal: stage.signal(), tailBytes })));

    const [small, large] = [await read(10), await read(2_900_000)];

    expect(small).toBe("xxxxxxEND\n");
    expect(large).toHaveLength(2_900_000);
    expect(large.endsWith("xxEND\n")).toBe(true);
  });

  test.concurrent("comes by name from every network that it was to join", async () => {
    await stage.raw("POST", "/networks/create", { Name: "etl-net" });
    await stage.raw("POST", "/networks/create", { Name: "mon-net" });

    const end = await stage.ended("ls /sys/class/net | grep -c eth", {
      network_mode: undefined,
      networks: ["etl-net", "mon-net"],
    });

    const output = stage.backend.output(end.run, { signal: stage.signal() });
    expect(String(await collect(output))).toBe("2\n");
  });

  test.concurrent("is a refusal where its second network is missing", async () => {
    const end = await stage.ended("true", {
      network_mode: undefined,
      networks: ["bridge", "nowhere"],
    });

    expect(end).toMatchObject({
      outcome: "crashed",
      attempts: 0,
      cause: { code: "ConfigError", message: expect.stringContaining("nowhere") },
    });
  });

  test.concurrent("keeps its settings as the request had them", async () => {
    const end = await stage.ended("true", {
      mem_limit: "64m",
      cpus: 0.5,
      user: "65534",
      hostname: "box",
      working_dir: "/tmp",
      extra_hosts: { db: "10.0.0.1" },
      read_only: true,
      pids_limit: 50,
      cap_drop: ["ALL"],
      labels: { "a.b/c": "d" },
    });

    const { body } = await stage.raw("GET", `/containers/${end.run.uid}/json`);
    expect(body.Config).toMatchObject({
      User: "65534",
      Hostname: "box",
      WorkingDir: "/tmp",
      Labels: { "b.a.c": "d" },
    });
    expect(body.HostConfig).toMatchObject({
      Memory: 67_108_864,
      NanoCpus: 500_000_000,
      ReadonlyRootfs: true,
      PidsLimit: 50,
      CapDrop: ["ALL"],
      AutoRemove: false,
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "json-file", Config: { "max-size": "16m" } },
      ExtraHosts: ["db:10.0.0.1", "host.docker.internal:host-gateway"],
    });
    expect(end.run.labels).toEqual({ "a.b/c": "d" });
  });
});
