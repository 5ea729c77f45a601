import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { pruneVolumes } from "./support/prune.ts";
import { GREEDY, IMAGE, rawCall, rawRequest, rawText } from "./support/raw-call.ts";

/** What the Docker backend stands on, asked of the engine itself. A new engine that fails here needs another design. */
await describeWithEngine("docker", "the engine", () => {
  let engine: PrivateEngine;
  let count = 0;
  beforeAll(async () => {
    engine = await startPrivateEngine();
  });
  afterAll(() => engine?.dispose());

  const raw = (method: string, path: string, body?: unknown) =>
    rawCall(engine.socket, method, path, body);
  const state = async (name: string) => (await raw("GET", `/containers/${name}/json`)).body.State;

  async function create(script: string, rest: object = {}): Promise<string> {
    const name = `fact-${count++}`;
    const body = {
      Image: IMAGE,
      Cmd: ["sh", "-c", script],
      HostConfig: { NetworkMode: "none" },
      ...rest,
    };
    const made = await raw("POST", `/containers/create?name=${name}`, body);
    expect(made.status).toBe(201);
    return name;
  }

  async function exited(script: string, rest?: object): Promise<string> {
    const name = await create(script, rest);
    await raw("POST", `/containers/${name}/start`);
    await raw("POST", `/containers/${name}/wait`);
    return name;
  }

  const mark = (name: string, writer: string, options = true) => ({
    Name: name,
    Labels: { writer },
    ...(options && { DriverOpts: { type: "tmpfs", device: "tmpfs" } }),
  });

  test("lets the first of many writers name a volume and tells every other who it was", async () => {
    const writers = Array.from({ length: 20 }, (_, index) => `writer-${index}`);

    const answers = await Promise.all(
      writers.map((writer) => raw("POST", "/volumes/create", mark("register", writer))),
    );

    const won = new Set(answers.map(({ body }) => body.Labels.writer));
    expect(won.size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    const later = await raw("POST", "/volumes/create", mark("register", "late"));
    expect(won).toContain(later.body.Labels.writer);
  });

  test("spares volumes with driver options when it prunes, and takes those without", async () => {
    await raw("POST", "/volumes/create", mark("kept", "me"));
    await raw("POST", "/volumes/create", mark("taken", "me", false));

    await pruneVolumes(engine.socket);

    expect((await raw("GET", "/volumes/kept")).status).toBe(200);
    expect((await raw("GET", "/volumes/taken")).status).toBe(404);
  });

  test("runs a container that has ended again when it is told to start", async () => {
    const name = await exited("true");
    const before = await state(name);

    const again = await raw("POST", `/containers/${name}/start`);
    await raw("POST", `/containers/${name}/wait`);

    expect(again.status).toBe(204);
    expect((await state(name)).StartedAt).not.toBe(before.StartedAt);
  });

  test("says 0 of a container that never ran to whoever waits for it", async () => {
    const name = await create("exit 7");

    const waited = await raw("POST", `/containers/${name}/wait`);

    expect(waited.body.StatusCode).toBe(0);
    expect(await state(name)).toMatchObject({
      Status: "created",
      StartedAt: "0001-01-01T00:00:00Z",
    });
  });

  test("refuses a name that is taken, and gives it back where creating fails", async () => {
    const name = await create("true");

    const taken = await raw("POST", `/containers/create?name=${name}`, { Image: IMAGE });
    const failed = await raw("POST", "/containers/create?name=fact-free", { Image: "absent:1" });

    expect(taken.status).toBe(409);
    expect(failed.status).toBe(404);
    expect((await raw("POST", "/containers/create?name=fact-free", { Image: IMAGE })).status).toBe(
      201,
    );
  });

  test.each<[string, object, number, number]>([
    ["a command that is missing", { Cmd: ["nosuchcommand"] }, 400, 127],
    ["a command that is no program", { Cmd: ["/etc/passwd"] }, 400, 126],
    ["a network that is missing", { HostConfig: { NetworkMode: "nowhere" } }, 404, 128],
    ["a user that is missing", { User: "nobody-here" }, 500, 128],
    [
      "a device that is missing",
      { HostConfig: { Devices: [{ PathOnHost: "/dev/nope", PathInContainer: "/dev/nope" }] } },
      500,
      128,
    ],
  ])(
    "leaves a container with %s created, with the reason and a code",
    async (_title, rest, status, code) => {
      const name = await create("true", rest);

      const start = await raw("POST", `/containers/${name}/start`);

      expect(start.status).toBe(status);
      const left = await state(name);
      expect(left).toMatchObject({ Status: "created", ExitCode: code });
      expect(left.Error).not.toBe("");
      expect(left.StartedAt).toMatch(/^0001/);
    },
  );

  test("refuses to remove what is running, and to keep output for whom no driver can read", async () => {
    const running = await create("sleep 30");
    await raw("POST", `/containers/${running}/start`);
    const silent = await exited("echo x", {
      HostConfig: { NetworkMode: "none", LogConfig: { Type: "none" } },
    });

    expect((await raw("DELETE", `/containers/${running}`)).status).toBe(409);
    const logs = await raw("GET", `/containers/${silent}/logs?stdout=1`);
    expect([logs.status, logs.body.message]).toEqual([
      501,
      expect.stringContaining("does not support reading"),
    ]);
    await raw("DELETE", `/containers/${running}?force=1`);
  });

  test("stops a container though whoever ordered it hangs up", async () => {
    const name = await create("trap '' TERM; while :; do sleep 0.1; done");
    await raw("POST", `/containers/${name}/start`);
    const gone = new AbortController();

    const order = rawRequest(
      engine.socket,
      "POST",
      `/containers/${name}/stop?t=1`,
      undefined,
      gone.signal,
    );
    await pause(300);
    gone.abort();

    await expect(order).rejects.toThrow();
    const waited = await raw("POST", `/containers/${name}/wait`);
    expect(waited.body.StatusCode).toBe(137);
  });

  test("notes an event where the kernel kills for memory, and only there", async () => {
    const HostConfig = { NetworkMode: "none", Memory: 20_971_520, MemorySwap: 20_971_520 };
    const greedy = await exited(GREEDY, { HostConfig });
    const killed = await create("sleep 30");
    await raw("POST", `/containers/${killed}/start`);
    await raw("POST", `/containers/${killed}/kill`);
    await raw("POST", `/containers/${killed}/wait`);

    // The same word of the kernel's sets the flag, where it comes before the exit.
    expect(await state(greedy)).toMatchObject({ OOMKilled: true, ExitCode: 137 });
    expect(await state(killed)).toMatchObject({ OOMKilled: false, ExitCode: 137 });
    expect((await oomEvents(greedy))[0]).toMatchObject({ Action: "oom" });
    expect(await oomEvents(killed)).toEqual([]);
  });

  /** One line for each process that the kernel killed: one as a rule, two where a second one had memory to lose. */
  async function oomEvents(name: string): Promise<unknown[]> {
    const { StartedAt, FinishedAt } = await state(name);
    const [since, until] = [Date.parse(StartedAt) / 1_000 - 1, Date.parse(FinishedAt) / 1_000 + 2];
    const filters = encodeURIComponent(JSON.stringify({ container: [name], event: ["oom"] }));
    const path = `/events?since=${since}&until=${until}&filters=${filters}`;
    const text = await rawText(engine.socket, "GET", path);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  test("tells its clock to the nanosecond, and when it started by its bridge", async () => {
    const info = await raw("GET", "/info");
    const bridge = await raw("GET", "/networks/bridge");

    expect(info.body.SystemTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    const age = Date.parse(info.body.SystemTime) - Date.parse(bridge.body.Created);
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(600_000);
  });
});
