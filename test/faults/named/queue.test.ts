import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { Backend } from "../../../lib/backends/backend.ts";
import { startEmbeddedQueue } from "../../../lib/local/embedded-queue.ts";
import { createSqs } from "../../../lib/queues/sqs.ts";
import { createSqsQueues } from "../../../lib/queues/sqs-queues.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import type { Dependencies } from "../../../lib/usecases/dependencies.ts";
import { anId } from "../../support/builders.ts";
import { anEnd, anObservedRun } from "../../support/observed.ts";
import { receiveAll } from "../../support/queue-servers.ts";
import { aRecord } from "../../support/records.ts";
import { createSdkClient } from "../../support/sdk-client.ts";
import { type Interception, startFaultProxy } from "../support/fault-proxy.ts";
import { processStage } from "../support/process-stage.ts";
import { openBench } from "./support/bench.ts";

const TEN = Array.from({ length: 10 }, (_, index) => index);

test("a handler that breaks at the third of ten messages gives back that one alone", async () => {
  const ids = TEN.map(() => anId());
  const spoil = (backend: Backend): Backend => ({
    ...backend,
    submit: (run, signal) =>
      run.key.id === ids[2] ? Promise.reject(new TypeError("a bug")) : backend.submit(run, signal),
  });
  await using bench = await openBench(processStage(), { spoil });
  const records = ids.map((id) => aRecord(JSON.stringify(bench.bodyOf({ id }))));

  const wentBack = await bench.deliver(records);

  expect(wentBack).toEqual([records[2]?.messageId]);
  for (const id of ids.filter((one) => one !== ids[2]))
    expect((await bench.untilEnded(id)).data.state).toBe("completed");
});

test("a launcher that is killed in the middle of a batch costs no run of it and doubles none", async () => {
  await using bench = await openBench(processStage());
  const scratch = await mkdtemp(join(tmpdir(), "slipway-doomed-")); // what dies by force leaves things there
  onTestFinished(() => rm(scratch, { recursive: true, force: true }));
  const ids = TEN.map(() => anId());
  const records = ids.map((id) => aRecord(JSON.stringify(bench.bodyOf({ id }))));
  const doomed = { config: bench.place.config, records, stuckAt: ids[5] };
  const launcher = spawn(process.execPath, [here("./support/doomed-launcher.ts")], {
    env: { ...process.env, TMPDIR: scratch, DOOMED: JSON.stringify(doomed) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(launcher, "exit");
  await once(launcher.stdout, "data");
  await bench.untilBegun(ids[0] ?? "");
  launcher.kill("SIGKILL");
  await exited;

  await bench.deliverUntilTaken(records);
  for (const id of ids) await bench.untilEnded(id);

  expect(await Promise.all(ids.map((id) => bench.starts(id)))).toEqual(TEN.map(() => 1));
  expect(ids.map((id) => bench.endsOf(id).length)).toEqual(TEN.map(() => 1));
});

test("three of ten results that the queue does not take are told by the next look, and only those", async () => {
  const ids = TEN.map(() => anId());
  await using queue = await startQueue({ refusedOnce: ids.slice(2, 5) });
  await using bench = await openBench(processStage(), { queues: { results: queue.results } });
  await bench.deliver(ids.map((id) => aRecord(JSON.stringify(bench.bodyOf({ id })))));
  await bench.until("all have ended", async () => (await countEnded(bench.deps)) === 10);

  const first = await bench.look();
  const second = await bench.look();

  expect(first.targets).toMatchObject([{ published: 7, errors: [{}, {}, {}] }]);
  expect(second.targets).toMatchObject([{ published: 3, errors: [] }]);
  expect((await queue.ends()).sort()).toEqual([...ids].sort());
});

test("one run among a thousand that cannot be let go of keeps back no other's result", async () => {
  const ends = manyEnds(1_000);
  const broken = ends[500]?.run.uid;
  const settled: string[] = [];
  await using bench = await openBench(processStage(), {
    spoil: (backend) => ({
      ...backend,
      open: async function* () {
        yield* ends;
      },
      settle: async ({ uid }) => {
        if (uid === broken) throw new TypeError("a bug");
        settled.push(uid);
      },
      async *output() {},
    }),
  });

  const { targets } = await bench.look();

  expect(targets).toMatchObject([{ published: 999, errors: [{}] }]);
  expect(new Set(settled).size).toBe(999);
});

test("five thousand ended runs are told over many looks that each have too little time, and each once", async () => {
  const open = new Map(manyEnds(5_000).map((end) => [end.run.uid, end]));
  const told: string[] = [];
  const progress: number[] = [];
  await using bench = await openBench(processStage(), {
    spoil: (backend) => ({
      ...backend,
      open: async function* (_, { signal }) {
        for (const end of [...open.values()]) {
          signal.throwIfAborted(); // as a real one, whose next page is not answered
          yield end;
        }
      },
      settle: async ({ uid }) => void open.delete(uid),
      async *output() {},
    }),
    queues: {
      results: {
        async publish(results, signal) {
          if (signal.aborted) return results.map(() => new LaunchError("EngineLost", "too late"));
          await new Promise((resolve) => setTimeout(resolve, 20)); // what a call to a queue takes
          told.push(...results.map(({ subject }) => subject));
          return results.map(() => undefined);
        },
      },
    },
  });

  while (open.size > 0) {
    const before = open.size;
    await bench.look(bench.deps, 1_000);
    progress.push(before - open.size);
  }

  expect(progress.length).toBeGreaterThan(1);
  expect(Math.min(...progress)).toBeGreaterThan(0);
  expect(new Set(told).size).toBe(5_000);
});

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const TERMINAL = /dev\.slipway\.run\.completed/;

const manyEnds = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    anEnd({ run: anObservedRun({ id: `run-${index}`, uid: `uid-${index}` }) }),
  );

async function countEnded({ backends, targets: [target] }: Dependencies): Promise<number> {
  if (!target) throw new Error("there is one target");
  const backend = await backends.load(target.type);
  let count = 0;
  for await (const { state } of backend.open(target, { signal: AbortSignal.timeout(20_000) }))
    if (state === "ended") count++;
  return count;
}

/** The embedded queue, which takes the end of each of these runs only when it is told again. */
async function startQueue({ refusedOnce }: { refusedOnce: readonly string[] }) {
  const queue = await startEmbeddedQueue();
  const upstream = {
    host: "127.0.0.1",
    port: Number(new URL(queue.env.AWS_ENDPOINT_URL_SQS ?? "").port),
  };
  const refusals = new Set(refusedOnce);
  const proxy = await startFaultProxy({ upstream, intercept: () => refuseEnds(refusals) });
  const env = { ...queue.env, AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${proxy.port}` };
  const { results } = createSqsQueues(createSqs(env), queue.urls);
  if (!results) throw new Error("there is a results queue");
  return {
    results,
    /** The ids of the runs whose ends are on the queue. */
    ends: async () => {
      const messages = await receiveAll(createSdkClient(queue.env), queue.urls.results);
      return messages
        .map(({ Body = "" }) => JSON.parse(Body))
        .filter(({ type }) => TERMINAL.test(type))
        .map(({ subject }) => subject as string);
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await queue.stop();
    },
  };
}

/**
 * Keeps the ends of these runs from the queue, each once, and answers as a queue that took a part of
 * what it was sent: 200, with a list of what failed. In how many calls they come is the sender's affair.
 */
function refuseEnds(refusals: Set<string>): Interception {
  return async (body, pass) => {
    const request = JSON.parse(String(body)) as { Entries: { Id: string; MessageBody: string }[] };
    const refused = request.Entries.filter(({ MessageBody }) => {
      const { subject, type } = JSON.parse(MessageBody) as { subject: string; type: string };
      return TERMINAL.test(type) && refusals.delete(subject);
    });
    const Entries = request.Entries.filter((entry) => !refused.includes(entry));
    const answered = Entries.length
      ? await pass(Buffer.from(JSON.stringify({ ...request, Entries })))
      : { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
    const Failed = refused.map(({ Id }) => ({ Id, Code: "InternalFailure", SenderFault: false }));
    const answer = { ...JSON.parse(String(answered.body)), Failed };
    return { ...answered, body: Buffer.from(JSON.stringify(answer)) };
  };
}
