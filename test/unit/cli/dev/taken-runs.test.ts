import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Backend } from "../../../../lib/backends/backend.ts";
import { openTakenRuns } from "../../../../lib/cli/dev/taken-runs.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";
import { aRun, aSpec } from "../../../support/builders.ts";

const target = { type: "process", name: "default" } as const;
const signal = new AbortController().signal;

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-test-"));
  file = join(directory, "runs.jsonl");
});
afterEach(() => rm(directory, { recursive: true }));

/** An engine that dies at whatever it is asked. */
const dying = {
  load: async () =>
    ({
      submit: () => Promise.reject(new Error("killed")),
      cancel: () => Promise.reject(new Error("killed")),
    }) as unknown as Backend,
  close: async () => undefined,
};

const aKey = (id: string) => ({
  id,
  hash: hashRunId(id),
  target,
  name: undefined,
  namespace: undefined,
});

test("knows a run again after a restart, even one whose submission was cut off", async () => {
  const backend = await openTakenRuns(file).remembering(dying).load("process");

  await backend
    .submit(aRun(aSpec("process"), target, { id: "a\nb" }), signal)
    .catch(() => undefined);
  await backend
    .cancel(aKey("fenced"), { graceSeconds: 0, reason: "Cancelled", message: "" }, signal)
    .catch(() => undefined);

  const again = openTakenRuns(file);
  expect(["a\nb", "fenced", "other"].map((id) => again.has(id))).toEqual([true, true, false]);
});

test("reads on where a crash cut a line off", () => {
  appendFileSync(file, '"whole"\n"cut');

  expect(openTakenRuns(file).has("whole")).toBe(true);
});
