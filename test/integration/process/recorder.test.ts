import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  identify,
  type ProcessIdentity,
  signalProcess,
  standingOf,
} from "../../../lib/backends/process/process-identity.ts";
import type { Run } from "../../../lib/runs/run.ts";
import { CANCEL } from "../../contract/arena.ts";
import { useProcesses } from "./support/arena.ts";
import { exists, readJson, readLines } from "./support/run-files.ts";

const { processes, launcher, run, submit, listed, untilState, untilEnded, until, deadline } =
  useProcesses();

interface Owned {
  readonly process: ProcessIdentity;
}

const ownerIn = async ({ key }: Run, file: string) => {
  const record = await readJson<Owned>(processes().directoryOf(key), file);
  if (!record) throw new Error(`there is no ${file}`);
  return record.process;
};

const started = async (script: string, fields: Record<string, unknown> = {}) => {
  const what = run(script, fields);
  await submit(launcher(), what);
  await untilState(launcher(), what, "running");
  return { what, command: await ownerIn(what, "start.json") };
};

/** SIGKILL, and waits until it is gone. */
const kill = async (victim: ProcessIdentity) => {
  signalProcess(victim, "SIGKILL");
  await until("the victim is gone", async () => standingOf(victim) === "gone");
};

const killRecorder = async (what: Run) => kill(await ownerIn(what, "claim.json"));

describe("a run whose recorder was killed", () => {
  test("runs on, and when it is over, nobody claims to know how", async () => {
    const { what, command } = await started("sleep 600");
    await killRecorder(what);
    const meanwhile = await listed(launcher(), what);
    await kill(command);

    const ends = await Promise.all([untilEnded(launcher(), what), untilEnded(launcher(), what)]);

    expect(meanwhile).toMatchObject({ state: "running" });
    expect(ends[0]).toMatchObject({
      outcome: "crashed",
      statusCode: -1,
      cause: { code: "EngineLost" },
      attempts: 1,
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(await submit(launcher(), what)).toMatchObject({ outcome: "adopted" });
    expect(await processes().countStarts(what.key)).toBe(1);
  });

  test("leaves neither its working directory nor what its command started", async () => {
    const place = join(processes().root, "left-behind");
    const script = `pwd > ${place}; sleep 601 & echo $! >> ${place}; sleep 600`;
    const { what, command } = await started(script);
    const [directory = "", child] = await until("it has begun", async () => {
      const lines = await readLines(place);
      return lines.length === 2 && lines;
    });
    const member = identify(Number(child));
    await killRecorder(what);
    await kill(command);

    await untilEnded(launcher(), what);

    expect(await exists(directory)).toBe(false);
    await until("its child is gone", async () => member && standingOf(member) === "gone");
  });

  test("is stopped at its deadline by whoever watches", async () => {
    const { what } = await started("sleep 600", { timeout_seconds: 2 });
    await killRecorder(what);

    expect(await untilEnded(launcher(), what)).toMatchObject({
      outcome: "failed",
      cause: { code: "DeadlineExceeded" },
    });
  });

  test.each([
    ["at once where it listens", "sleep 600", 30],
    ["after the grace where it does not", "trap '' TERM; while :; do sleep 0.1; done", 1],
  ])("can be cancelled, %s", async (_, script, graceSeconds) => {
    const { what, command } = await started(script);
    await killRecorder(what);

    const { outcome } = await launcher().cancel(what.key, { ...CANCEL, graceSeconds }, deadline());

    expect(outcome).toBe("stopping");
    expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "cancelled" });
    await until("the command is gone", async () => standingOf(command) === "gone");
  });

  test("is not started again where it was killed before it could say that it began", async () => {
    const { what, command } = await started("sleep 600");
    const directory = processes().directoryOf(what.key);
    await killRecorder(what);
    await rm(join(directory, "start.json"));

    const ended = await untilEnded(launcher(), what);

    expect(ended).toMatchObject({ outcome: "crashed", cause: { code: "EngineLost" } });
    await until("the command is gone", async () => standingOf(command) === "gone"); // found by the id in its environment
    expect(await processes().countStarts(what.key)).toBe(1);
  });
});

describe("a number that belongs to a stranger by now", () => {
  test.each(["claim.json", "start.json"])(
    "in %s brings no signal to the stranger",
    async (file) => {
      const stranger = spawn("sleep", ["600"], { detached: true });
      const identity = identify(stranger.pid ?? 0);
      const { what, command } = await started("sleep 600");
      const directory = processes().directoryOf(what.key);
      await killRecorder(what);
      await kill(command);
      const reused = { ...command, pid: stranger.pid };
      const record = (await readJson<object>(directory, file)) ?? {};
      await writeFile(join(directory, file), JSON.stringify({ ...record, process: reused }));

      const { outcome } = await launcher().cancel(what.key, CANCEL, deadline());
      const ended = await untilEnded(launcher(), what);

      expect(outcome).toBe("ended");
      expect(ended).toMatchObject({ outcome: "crashed", cause: { code: "EngineLost" } });
      expect(identity && standingOf(identity)).toBe("alive");
      stranger.kill("SIGKILL");
      await once(stranger, "exit");
    },
  );
});

describe("a run of another host in a shared directory", () => {
  test("is unknown here and is left alone", async () => {
    const { what, command } = await started("sleep 600");
    const directory = processes().directoryOf(what.key);
    for (const file of ["claim.json", "start.json"]) {
      const record = await readJson<Owned>(directory, file);
      const moved = { ...record, process: { ...record?.process, host: "another-host" } };
      await writeFile(join(directory, file), JSON.stringify(moved));
    }

    const seen = await listed(launcher(), what);
    const cancelled = launcher().cancel(what.key, CANCEL, deadline());

    expect(seen).toMatchObject({
      state: "unknown",
      reason: expect.stringContaining("another host"),
    });
    await expect(cancelled).rejects.toMatchObject({ retryable: true });
    expect(standingOf(command)).toBe("alive");
    await kill(command);
  });
});

test("a damaged request is unknown under its directory's name and hides no other run", async () => {
  const { what: broken, command } = await started("sleep 600");
  const whole = run("exit 5");
  await submit(launcher(), whole);
  await writeFile(join(processes().directoryOf(broken.key), "request.json"), "{");

  const { hash } = broken.key;
  const states: string[] = [];
  for await (const seen of launcher().open(processes().target, { signal: deadline() }))
    if (seen.run.key.hash === hash) states.push(seen.state);

  expect(states).toEqual(["unknown"]);
  expect(await untilEnded(launcher(), whole)).toMatchObject({ statusCode: 5 });
  await kill(command);
});
