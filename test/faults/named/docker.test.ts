import { createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { Config } from "../../../lib/config/config.ts";
import { startEmbeddedQueue } from "../../../lib/local/embedded-queue.ts";
import { createSqsQueues } from "../../../lib/queues/sqs-queues.ts";
import type { Target } from "../../../lib/runs/run.ts";
import { GREEDY, rawCall } from "../../integration/docker/support/raw-call.ts";
import { anId } from "../../support/builders.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { aRecord } from "../../support/records.ts";
import { dockerStage } from "../support/docker-stage.ts";
import type { Exchanged } from "../support/exchange.ts";
import type { Call, Interception } from "../support/fault-proxy.ts";
import { processStage } from "../support/process-stage.ts";
import type { Stage } from "../support/stage.ts";
import { type Bench, openBench } from "./support/bench.ts";

const isCall = (method: string, path: RegExp) => (call: Call) =>
  call.method === method && path.test(call.path);
const isCreate = isCall("POST", /\/containers\/create/);
const isCreateVolume = isCall("POST", /\/volumes\/create/);
const isStart = isCall("POST", /\/start$/);
const isRemoval = isCall("DELETE", /\/containers\//);

/** What an engine answers that nobody can make it answer at will. */
const recorded = (status: number, message: string): Exchanged => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify({ message })),
});

/** What an engine shows of a container whose lack of memory it heard of after its exit. */
const withoutFlag: Interception = async (_, pass) => {
  const answer = await pass();
  const text = answer.body.toString("utf8").replace('"OOMKilled":true', '"OOMKilled":false');
  const body = Buffer.from(text);
  return { ...answer, headers: { ...answer.headers, "content-length": String(body.length) }, body };
};

const HANGS = () => new Promise<never>(() => undefined);

await describeWithEngine("docker", "a Docker engine in trouble", () => {
  let stage: Stage;
  let socket: string;
  beforeAll(async () => {
    stage = await dockerStage();
    socket = stage.upstream?.socketPath ?? "";
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());
  afterEach(async () => {
    vi.useRealTimers();
    await empty();
  });

  const raw = (method: string, path: string) => rawCall(socket, method, path);
  const containers = async (): Promise<{ Id: string; State: string; Command: string }[]> =>
    (await raw("GET", "/containers/json?all=1")).body;

  /** A test must not find the runs of the one before it. */
  async function empty() {
    for (const { Id } of await containers()) await raw("DELETE", `/containers/${Id}?force=1&v=1`);
    const { body } = await raw("GET", "/volumes");
    for (const { Name } of body.Volumes ?? []) await raw("DELETE", `/volumes/${Name}`);
  }

  const send = (bench: Bench, id: string, exitCode = 0) =>
    bench.deliverUntilTaken([aRecord(JSON.stringify(bench.bodyOf({ id, exitCode })))]);

  /** What a launcher leaves that is killed between creating a container and starting it. */
  async function abandon(bench: Bench, gate: { dies: boolean }, id: string, exitCode: number) {
    gate.dies = true;
    const record = aRecord(JSON.stringify(bench.bodyOf({ id, exitCode })));
    void bench.deliver([record], bench.anew()).catch(() => undefined); // it never answers
    await bench.until("it was to be started", () => !gate.dies);
  }

  /** The next start is never answered, and never reaches the engine. */
  const startsInto = (gate: { dies: boolean }) => (call: Call) => {
    if (!gate.dies || !isStart(call)) return undefined;
    gate.dies = false;
    return HANGS;
  };

  test("a run whose launcher died before its start waits for the launcher's time to be up, and then starts once", async () => {
    const gate = { dies: false };
    await using bench = await openBench(stage, { intercept: startsInto(gate) });
    await using late = await openBench(stage, { launcherTimeoutMs: 1 });
    const id = anId();
    await abandon(bench, gate, id, 3);

    const early = await bench.look();
    const waiting = await containers();
    const end = await late.untilEnded(id);

    expect(early.targets).toMatchObject([{ open: 1, published: 0, errors: [] }]);
    expect(waiting).toMatchObject([{ State: "created" }]);
    expect(end.data).toMatchObject({ state: "failed", status_code: 3 });
    expect(await bench.starts(id)).toBe(1);
  });

  test("a claim whose answer is lost is made again, and its run starts at once", async () => {
    let losses = 2; // the second on the way that a call takes where a kept connection has died
    await using bench = await openBench(stage, {
      intercept: (call) =>
        isCreateVolume(call) && losses-- > 0
          ? async (_, pass) => {
              await pass();
              return "drop";
            }
          : undefined,
    });
    const id = anId();

    const wentBack = await bench.deliver([aRecord(JSON.stringify(bench.bodyOf({ id })))]);

    expect(wentBack).toEqual([]);
    expect((await bench.untilEnded(id)).data.state).toBe("completed");
    expect(await bench.starts(id)).toBe(1);
  });

  test("a name that is taken by a container which then does not come to be is tried again, and the run happens", async () => {
    let refusals = 6;
    await using bench = await openBench(stage, {
      intercept: (call) =>
        isCreate(call) && refusals-- > 0
          ? async () => recorded(409, 'Conflict. The container name "/x" is already in use')
          : undefined,
    });
    const id = anId();
    const record = aRecord(JSON.stringify(bench.bodyOf({ id })));

    const first = await bench.deliver([record]);
    const second = await bench.deliver([record]);
    const end = await bench.untilEnded(id);

    expect([first, second]).toEqual([[record.messageId], []]);
    expect(end.data.state).toBe("completed");
    expect(await bench.starts(id)).toBe(1);
  });

  test("a container that a late launcher makes anew after the run's own was removed is never started", async () => {
    const removed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    let holds = false;
    await using bench = await openBench(stage, {
      intercept: (call) => {
        if (!holds || !isCreate(call)) return undefined;
        holds = false;
        return async (_, pass) => {
          asked.resolve();
          await removed.promise;
          return pass();
        };
      },
    });
    const id = anId();
    const body = bench.bodyOf({ id, exitCode: 5, fields: { auto_remove: true } });
    const record = aRecord(JSON.stringify(body));
    await bench.deliverUntilTaken([record]);
    await bench.untilOver(id);

    holds = true;
    const late = bench.deliver([record], bench.anew());
    await asked.promise;
    await bench.untilEnded(id); // told, marked, and its container removed
    const between = await containers();
    removed.resolve();

    expect(await late).toEqual([]);
    expect(between).toEqual([]);
    expect(await containers()).toEqual([]);
    expect(await bench.starts(id)).toBe(1);
    expect((await bench.look()).targets).toMatchObject([{ open: 0, published: 0 }]);
  });

  test("a container that the engine cannot remove has its result told first, and goes once it can", async () => {
    let stuck = true;
    let tries = 0;
    await using bench = await openBench(stage, {
      retentionSeconds: 0,
      intercept: (call) => {
        if (!stuck || !isRemoval(call)) return undefined;
        tries++;
        return async () => recorded(409, "removal of container x is already in progress");
      },
    });
    const id = anId();
    await send(bench, id, 7);

    const end = await bench.untilEnded(id);
    await bench.until("its removal was tried", async () => {
      await bench.look();
      return tries > 0;
    });
    tries = 0;
    const { targets } = await bench.look();
    const triesOfOneLook = tries;
    stuck = false;
    await bench.until("nothing is left", async () => {
      await bench.look();
      return (await bench.place.leftovers()).length === 0;
    });

    expect(end.data).toMatchObject({ state: "failed", status_code: 7 });
    expect(targets).toMatchObject([{ errors: [] }]);
    expect(triesOfOneLook).toBe(1);
    expect(bench.endsOf(id)).toHaveLength(1);
  });

  test("a container that does not let itself be inspected keeps back no other's result", async () => {
    let stuck = "";
    await using bench = await openBench(stage, {
      intercept: ({ path }) => (stuck !== "" && path.includes(`/${stuck}`) ? HANGS : undefined),
    });
    const [hanging, fine] = [anId(), anId()];
    for (const id of [hanging, fine]) await send(bench, id);
    for (const id of [hanging, fine]) await bench.untilOver(id);
    stuck = bench.published.find(({ subject }) => subject === hanging)?.data.identifier ?? "?";

    const { targets } = await bench.look();

    expect(targets).toMatchObject([{ published: 1, open: 1 }]);
    expect(bench.endsOf(fine)).toHaveLength(1);
    expect(bench.endsOf(hanging)).toEqual([]);
    stuck = "";
    expect((await bench.untilEnded(hanging)).data.state).toBe("completed");
  });

  test("output that the engine does not hand out keeps back no result", async () => {
    await using bench = await openBench(stage, {
      intercept: ({ path }) => (/\/logs/.test(path) ? HANGS : undefined),
    });
    const id = anId();
    await send(bench, id, 2);

    const end = await bench.untilEnded(id);

    expect(end.data).toMatchObject({ state: "failed", status_code: 2, logs: null });
    expect(end.data.warnings.join()).toMatch(/output could not be read/);
  });

  test("a run that the kernel killed for its memory is told so where the engine's flag came too late", async () => {
    await using bench = await openBench(stage, {
      intercept: ({ path }) => (/\/containers\/[^/]+\/json$/.test(path) ? withoutFlag : undefined),
    });
    const [greedy, killed] = [anId(), anId()];
    const command = ["/bin/sh", "-c", GREEDY];
    const fields = { command, mem_limit: "20m", memswap_limit: "20m" };
    await bench.deliverUntilTaken([aRecord(JSON.stringify(bench.bodyOf({ id: greedy, fields })))]);
    const sleeps = bench.bodyOf({ id: killed, fields: { command: ["sleep", "600"] } });
    await bench.deliverUntilTaken([aRecord(JSON.stringify(sleeps))]);
    for (const { Id, Command } of await containers())
      if (Command.includes("sleep")) await raw("POST", `/containers/${Id}/kill`);

    const ends = [await bench.untilEnded(greedy), await bench.untilEnded(killed)];

    expect(ends.map(({ data }) => data.status_code)).toEqual([137, 137]);
    expect(ends.map(({ data }) => data.cause?.code)).toEqual(["OOMKilled", "Signal"]);
  });

  test("hosts whose packets are lost hold up no other target, and their runs are told once they are back", async () => {
    await using deaf = await startDeafHosts();
    await using processes = await processStage().enter(undefined, "/nowhere");
    let isLost = false;
    const { process } = processes.config;
    await using bench = await openBench(stage, {
      intercept: () => (isLost ? HANGS : undefined),
      besides: {
        targets: [...deaf.targets, processes.target],
        config: { process, docker_hosts: deaf.hosts },
      },
    });
    const [lost, other] = [anId(), anId()];
    const infrastructure = processes.infrastructure("exit 3");
    await send(bench, lost, 8);
    await bench.deliver([aRecord(JSON.stringify({ id: other, infrastructure }))]);
    await bench.untilOver(lost);

    isLost = true;
    await bench.until("the other target's run is told", async () => {
      await bench.look(bench.deps, 4_000);
      return bench.endsOf(other).length > 0;
    });
    const meanwhile = bench.endsOf(lost);
    isLost = false;
    await bench.until("the lost host's run is told", async () => {
      await bench.look(bench.deps, 4_000);
      return bench.endsOf(lost).length > 0;
    });

    expect(meanwhile).toEqual([]);
    expect(bench.endsOf(other)).toMatchObject([{ data: { state: "failed", status_code: 3 } }]);
    expect(bench.endsOf(lost)).toMatchObject([{ data: { state: "failed", status_code: 8 } }]);
  });

  test.each([10, -10])(
    "launchers and watchers whose clock is off by %i minutes start, judge and remove nothing too early",
    async (minutes) => {
      const gate = { dies: false };
      const five = { retentionSeconds: 300, launcherTimeoutMs: 300_000 };
      await using bench = await openBench(stage, { ...five, intercept: startsInto(gate) });
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
      const [ended, abandoned] = [anId(), anId()];
      await send(bench, ended, 9);
      const end = await bench.untilEnded(ended);
      await abandon(bench, gate, abandoned, 0);

      const { targets } = await bench.look();

      expect(end.data).toMatchObject({ state: "failed", status_code: 9 });
      expect(targets).toMatchObject([{ open: 1, published: 0, removed: 0 }]);
      expect((await containers()).map(({ State }) => State).sort()).toEqual(["created", "exited"]);
    },
  );

  test("a request whose engine stays away is given up with a fence, and its sender is told once the engine answers", async () => {
    let isAway = true;
    const queue = await startEmbeddedQueue({ maxReceiveCount: 2 });
    const { deadLetters } = createSqsQueues(queue.sqs, queue.urls);
    await using bench = await openBench(stage, {
      intercept: () => (isAway ? async () => "drop" : undefined),
      queues: { deadLetters, maxReceiveCount: 2 },
    });
    const id = anId();
    const body = JSON.stringify(bench.bodyOf({ id }));
    const attributes = (count: number) => ({ ApproximateReceiveCount: String(count) });

    const first = await bench.deliver([aRecord(body, attributes(1))]);
    const last = await bench.deliver([aRecord(body, attributes(2))]);
    const waiting = await bench.look().catch((error: unknown) => error);
    isAway = false;
    const end = await bench.untilEnded(id);
    const late = await bench.deliver([aRecord(body, attributes(1))]);
    await bench.look();

    expect([first.length, last.length, late.length]).toEqual([1, 0, 0]);
    expect(bench.delays).toEqual([30]);
    expect(waiting).toMatchObject({ deadLetters: { settled: 0, waiting: 1 } });
    expect(bench.published.map(({ data }) => data.state)).toEqual(["delayed", "crashed"]);
    expect(end.data.cause).toMatchObject({ code: "SubmissionFailed", retryable: true });
    expect(await bench.starts(id)).toBe(0);
    await queue.stop();
  });

  test.each([
    [429, 120, 120],
    [500, 30, 0],
  ])(
    "an engine that answers %i to a create has the request wait for %i s, or as long as it asks",
    async (status, pauseSeconds, asked) => {
      let isBusy = true;
      await using bench = await openBench(stage, {
        intercept: (call) => {
          if (!isBusy || !isCreate(call)) return undefined;
          const answer = recorded(status, "busy");
          return async () => ({
            ...answer,
            headers: { ...answer.headers, ...(asked > 0 ? { "retry-after": String(asked) } : {}) },
          });
        },
      });
      const id = anId();
      const record = aRecord(JSON.stringify(bench.bodyOf({ id })));

      const wentBack = await bench.deliver([record]);
      const delays = [...bench.delays];
      isBusy = false;
      await bench.deliverUntilTaken([record]);

      expect(wentBack).toEqual([record.messageId]);
      expect(delays).toEqual([pauseSeconds]);
      expect((await bench.untilEnded(id)).data.state).toBe("completed");
    },
  );
});

/** Three hosts that take connections and never say a word, as behind a network that loses everything. */
async function startDeafHosts() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const names = ["deaf-1", "deaf-2", "deaf-3"];
  const docker = Config.parse({
    docker_hosts: Object.fromEntries(
      names.map((name) => [name, { host: `tcp://127.0.0.1:${port}` }]),
    ),
  });
  return {
    targets: names.map((name): Target => ({ type: "docker-container", name })),
    hosts: docker.docker_hosts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
