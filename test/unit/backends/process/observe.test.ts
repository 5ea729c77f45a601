import { describe, expect, test } from "vitest";
import type { Facts } from "../../../../lib/backends/process/facts.ts";
import { judge, observedRun } from "../../../../lib/backends/process/observe.ts";
import type { EndRecord } from "../../../../lib/backends/process/records.ts";

const AT = "2026-01-02T03:04:05.000Z";
const LATER = "2026-01-02T03:04:15.000Z";
const RECORDER = { host: "here", pid: 10, birth: "boot:1" };
const COMMAND = { host: "here", pid: 11, birth: "boot:2" };

const CANCEL = { reason: "Cancelled", message: "by its sender", graceSeconds: 1, at: AT } as const;

function someFacts(overrides: Partial<Facts> = {}): Facts {
  return {
    directory: "/runs/hash",
    request: {
      version: 1,
      id: "some-id",
      name: "some name",
      digest: "digest",
      uid: "uid",
      createdAt: AT,
      creator: RECORDER,
      labels: { team: "data" },
      secrets: ["hidden"],
      streamOutput: true,
      limit: { timeoutSeconds: 5, graceSeconds: 10 },
    },
    claim: { kind: "recorder", process: RECORDER },
    start: { process: COMMAND, at: AT },
    cancel: undefined,
    end: undefined,
    settled: undefined,
    recorder: "alive",
    command: "alive",
    ...overrides,
  };
}

const TARGET = { type: "process", name: "default" } as const;

const judged = (overrides: Partial<Facts>) => {
  const facts = someFacts(overrides);
  return judge(facts, observedRun(facts, TARGET, []));
};

const exited = (status: number, rest: Partial<EndRecord> = {}): EndRecord =>
  ({ kind: "exited", status, at: LATER, ...rest }) as EndRecord;

const refused = (code?: string): EndRecord => ({
  kind: "refused",
  code,
  message: `spawn nope ${code}`,
  at: LATER,
});

describe("a run that has not ended", () => {
  test.each<[string, Partial<Facts>, string]>([
    [
      "waits for its launcher",
      { claim: undefined, start: undefined, recorder: undefined, command: undefined },
      "pending",
    ],
    ["is being started", { start: undefined, command: undefined }, "pending"],
    ["runs under its recorder", {}, "running"],
    ["runs on when its recorder was killed", { recorder: "gone" }, "running"],
    ["is about to be recorded", { command: "gone" }, "running"],
    ["has nobody left who could record it", { recorder: "gone", command: "gone" }, "unknown"],
    ["belongs to another host", { recorder: "elsewhere", command: "elsewhere" }, "unknown"],
  ])("%s", (_, facts, state) => {
    expect(judged(facts).state).toBe(state);
  });
});

describe("a run that has ended", () => {
  test.each<[string, Partial<Facts>, object]>([
    ["by itself", { end: exited(0) }, { outcome: "completed", statusCode: 0, cause: null }],
    [
      "with a code",
      { end: exited(7) },
      { outcome: "failed", statusCode: 7, cause: { code: "Exit" } },
    ],
    [
      "with a code that looks like a signal's",
      { end: exited(137) },
      { outcome: "failed", statusCode: 137, cause: { code: "Exit" } },
    ],
    [
      "by SIGKILL",
      { end: exited(-9) },
      {
        outcome: "failed",
        statusCode: -9,
        cause: { code: "Signal", hint: expect.stringContaining("memory") },
      },
    ],
    [
      "by SIGTERM",
      { end: exited(-15) },
      {
        outcome: "failed",
        statusCode: -15,
        cause: { code: "Signal", hint: expect.stringContaining("SIGTERM") },
      },
    ],
    [
      "with 247",
      { end: exited(247) },
      {
        outcome: "failed",
        statusCode: 247,
        cause: { code: "Exit", hint: expect.stringContaining("memory") },
      },
    ],
    [
      "by SIGSEGV",
      { end: exited(-11) },
      { outcome: "failed", cause: { code: "Signal", hint: expect.stringContaining("output") } },
    ],
    [
      "at its deadline",
      { end: exited(-15, { stop: "deadline" }) },
      {
        outcome: "failed",
        statusCode: -15,
        cause: { code: "DeadlineExceeded", message: expect.stringContaining("5") },
      },
    ],
    [
      "at a cancel",
      { cancel: CANCEL, end: exited(0, { stop: "cancel" }) },
      {
        outcome: "cancelled",
        statusCode: 0,
        cause: { code: "Cancelled", message: "by its sender" },
      },
    ],
    [
      "before a cancel reached it",
      { cancel: CANCEL, end: exited(0) },
      { outcome: "completed", cause: null },
    ],
    [
      "as a second run of its id",
      { cancel: { ...CANCEL, reason: "Conflict" }, end: exited(-15, { stop: "cancel" }) },
      { outcome: "rejected", cause: { code: "Conflict" } },
    ],
    [
      "unseen",
      { end: { kind: "gone", at: LATER } },
      { outcome: "crashed", statusCode: -1, cause: { code: "EngineLost" } },
    ],
    [
      "unseen, at a cancel",
      { cancel: CANCEL, end: { kind: "gone", stop: "cancel", at: LATER } },
      { outcome: "cancelled", statusCode: -1 },
    ],
    [
      "unseen, at its deadline",
      { end: { kind: "gone", stop: "deadline", at: LATER } },
      { outcome: "failed", cause: { code: "DeadlineExceeded" } },
    ],
  ])("%s", (_, facts, expected) => {
    const seen = judged({ ...facts, recorder: "gone", command: "gone" });

    expect(seen).toMatchObject({ state: "ended", ...expected });
    expect(seen).toMatchObject({ startedAt: AT, finishedAt: LATER, attempts: 1 });
  });

  test.each([
    ["ENOENT", 127, "ConfigError"],
    ["ENOTDIR", 127, "ConfigError"],
    ["EACCES", 126, "ConfigError"],
    ["E2BIG", 126, "ConfigError"],
    ["EAGAIN", -1, "EngineLost"],
    [undefined, -1, "EngineLost"],
  ])("before it began, because of %s", (code, statusCode, cause) => {
    const seen = judged({ start: undefined, command: undefined, end: refused(code) });

    expect(seen).toMatchObject({
      outcome: "crashed",
      statusCode,
      cause: { code: cause },
      attempts: 0,
    });
  });

  test.each([
    ["Cancelled", "cancelled"],
    ["SubmissionFailed", "crashed"],
    ["Conflict", "rejected"],
  ] as const)("before it began, fenced with %s", (reason, outcome) => {
    const claim = { kind: "fence", reason, message: "no more", at: LATER } as const;

    const seen = judged({ claim, start: undefined, recorder: undefined, command: undefined });

    expect(seen).toMatchObject({
      outcome,
      statusCode: -1,
      cause: { code: reason, message: "no more" },
      startedAt: undefined,
      attempts: 0,
    });
  });
});

describe("an observed run", () => {
  test("is named by its host and its command's number", () => {
    const run = observedRun(someFacts(), TARGET, ["inherited"]);

    expect(run).toMatchObject({
      identifier: "here:11",
      source: "/process/here",
      uid: "uid",
      secrets: ["hidden", "inherited"],
      settled: false,
      warnings: [],
    });
  });

  test("warns of output that could not be kept", () => {
    const end = exited(0, { outputLost: "no space left" });

    const run = observedRun(someFacts({ end }), TARGET, []);

    expect(run.warnings).toEqual([expect.stringContaining("no space left")]);
  });
});
