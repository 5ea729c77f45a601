import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createRun } from "../../../lib/backends/process/create-run.ts";
import { FILES, workingDirectoryOf } from "../../../lib/backends/process/layout.ts";
import { startRecorder } from "../../../lib/backends/process/start-recorder.ts";
import type { ProcessSpec } from "../../../lib/runs/infrastructure.ts";
import type { Run } from "../../../lib/runs/run.ts";
import { FENCE } from "../../contract/arena.ts";
import { useProcesses } from "./support/arena.ts";
import { exists } from "./support/run-files.ts";

const { processes, launcher, run, submit, untilEnded, deadline } = useProcesses();

/** More calls than any recorder makes: one that never finishes is broken. */
const MAX_CALLS = 60;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The recorder, gone for good before it makes one call too many. */
async function recordKilledAfter(calls: number, directory: string): Promise<"killed" | "finished"> {
  const recorder = spawn(
    process.execPath,
    [
      "--import",
      here("./support/die-after-calls.ts"),
      here("../../../lib/backends/process/recorder.ts"),
      directory,
    ],
    { env: { ...process.env, VICTIM: JSON.stringify({ calls }) }, stdio: "ignore" },
  );
  const [, signal] = await once(recorder, "exit");
  return signal === "SIGKILL" ? "killed" : "finished";
}

test("many recorders that are started for one run run it once", async () => {
  const what = run("sleep 1");
  const directory = processes().directoryOf(what.key);
  await createRun(directory, what as Run<ProcessSpec>, 10);

  await Promise.all(
    [1, 2, 3, 4].map(() => startRecorder(directory, process.env, AbortSignal.timeout(30_000))),
  );

  expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "completed" });
  expect(await processes().countStarts(what.key)).toBe(1);
});

test("a recorder that comes after a fence starts nothing", async () => {
  const what = run("exit 0");
  const directory = processes().directoryOf(what.key);
  await createRun(directory, what as Run<ProcessSpec>, 10);
  const { outcome } = await launcher().cancel(what.key, FENCE, deadline());

  await startRecorder(directory, process.env, deadline());

  expect(outcome).toBe("fenced");
  expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "crashed", attempts: 0 });
  expect(await processes().countStarts(what.key)).toBe(0);
  expect(await exists(join(directory, FILES.launch))).toBe(false);
});

test("a recorder killed between any two of its calls costs at most the result, never its truth", {
  timeout: 600_000,
}, async () => {
  const outcomes: string[] = [];
  for (let calls = 0; outcomes.at(-1) !== "finished"; calls++) {
    expect(calls).toBeLessThan(MAX_CALLS);
    const what = run("exit 0");
    const directory = processes().directoryOf(what.key);
    await createRun(directory, what as Run<ProcessSpec>, 10);

    const fate = await recordKilledAfter(calls, directory);
    await submit(launcher(), what);
    const ended = await untilEnded(launcher(), what);

    const starts = await processes().countStarts(what.key);
    if (ended.outcome === "completed") expect(starts).toBe(1);
    else {
      expect(ended).toMatchObject({ outcome: "crashed", cause: { code: "EngineLost" } });
      expect(starts).toBeLessThanOrEqual(1);
    }
    expect(await exists(workingDirectoryOf(ended.run.uid))).toBe(false);
    outcomes.push(fate === "finished" ? fate : ended.outcome);
  }

  expect(outcomes[0]).toBe("completed"); // killed before its claim: another one did it
  expect(outcomes).toContain("crashed");
});
