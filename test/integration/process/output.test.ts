import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SEGMENT_BYTES } from "../../../lib/backends/process/spool.ts";
import { collect } from "../../contract/arena.ts";
import { useProcesses } from "./support/arena.ts";
import { readJson } from "./support/run-files.ts";

const MIB = 1024 * 1024;
const { processes, launcher, run, submit, untilEnded, until, deadline } = useProcesses();

/** The most memory that a process has had so far, in bytes. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

test("output without an end grows neither memory nor disk", async () => {
  const what = run("yes 0123456789 | head -c 268435456; echo; echo LAST; sleep 5");
  await submit(launcher(), what);
  const directory = processes().directoryOf(what.key);
  const output = join(directory, "output");
  const recorder = await readJson<{ process: { pid: number } }>(directory, "claim.json");
  const before = await peakMemory(recorder?.process.pid ?? 0);

  const { run: seen } = await until("the last line is written", async (signal) => {
    const found = await launcher().find(processes().target, what.key.id, signal);
    const tail = found && (await collect(launcher().output(found.run, { signal, tailBytes: 9 })));
    return String(tail).endsWith("LAST\n") && found;
  });

  const after = await peakMemory(recorder?.process.pid ?? 0);
  const names = await readdir(output);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(output, name))).size));
  const kept = sizes.reduce((sum, size) => sum + size, 0);
  expect(after - before).toBeLessThan(96 * MIB);
  expect(kept).toBeGreaterThanOrEqual(SEGMENT_BYTES);
  expect(kept).toBeLessThanOrEqual(2 * SEGMENT_BYTES + MIB);
  expect(await collect(launcher().output(seen, { signal: deadline() }))).toHaveLength(kept);
  expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "completed" });
});

test("a reader that follows gets all of what a slow command writes, over segments and pauses", async () => {
  const what = run("for i in 1 2 3; do head -c 20000000 /dev/zero; sleep 1; done");
  await submit(launcher(), what);
  const found = await launcher().find(processes().target, what.key.id, deadline());
  let bytes = 0;

  if (found)
    for await (const piece of launcher().output(found.run, { signal: deadline(), follow: true }))
      bytes += piece.bytes.length;

  expect(bytes).toBe(60_000_000);
});

test("the output of a run that is gone is an error, not an empty output", async () => {
  const what = run("echo here");
  const watcher = launcher({ retentionSeconds: 0 });
  await submit(watcher, what);
  const ended = await untilEnded(watcher, what);
  await watcher.settle(ended.run, deadline());
  await watcher.sweep(processes().target, deadline());

  const reading = collect(launcher().output(ended.run, { signal: deadline() }));

  await expect(reading).rejects.toMatchObject({ code: "Removed", retryable: false });
});
