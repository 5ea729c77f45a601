import { describe, expect, test } from "vitest";
import type {
  Container,
  ContainerState,
  Register,
} from "../../../../lib/backends/docker/api/engine-answers.ts";
import type { EngineHistory } from "../../../../lib/backends/docker/judge/exit.ts";
import { type Evidence, judge } from "../../../../lib/backends/docker/judge/judge.ts";
import { ourLabels, type RunFacts } from "../../../../lib/backends/docker/labels.ts";
import { readMark } from "../../../../lib/backends/docker/marks.ts";
import { type Mark, markName } from "../../../../lib/backends/docker/names.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";

const NEVER = "0001-01-01T00:00:00Z";
const STARTED = "2026-11-24T06:00:01.123456789Z";
const FINISHED = "2026-11-24T06:00:09.987654321Z";
const TARGET = { type: "docker-container", name: "builders" } as const;
const facts: RunFacts = {
  id: "run-1",
  hash: hashRunId("run-1"),
  digest: "d1",
  name: "Nightly",
  labels: { team: "etl" },
  streamOutput: true,
  autoRemove: false,
  timeoutSeconds: undefined,
  networks: [],
  warnings: [],
};
const name = `Nightly-${facts.hash}`;

function aContainer(state: Partial<ContainerState> = {}, id = "container-1"): Container {
  return {
    Id: id,
    Name: `/${name}`,
    Created: "2026-11-24T06:00:00Z",
    State: {
      Status: "exited",
      OOMKilled: false,
      ExitCode: 0,
      Error: "",
      StartedAt: STARTED,
      FinishedAt: FINISHED,
      ...state,
    },
    Config: { Labels: ourLabels(facts), Env: ["API_TOKEN=s3cr3t-value", "A=b"], Tty: false },
  };
}

function aMark(mark: Mark, says: Record<string, string> = {}, createdAt = "2026-11-24T06:00:05Z") {
  const labels = Object.entries(says).map(([key, value]) => [`dev.slipway.${key}`, value]);
  const volume: Register = {
    Name: markName(name, mark),
    CreatedAt: createdAt,
    Labels: { ...ourLabels(facts), ...Object.fromEntries(labels) },
  };
  return { [mark]: readMark(volume) };
}

const open = aMark("open", { container: "container-1", created: "2026-11-24T06:00:00Z" });
const stop = (reason: string, says: Record<string, string> = {}) =>
  aMark("stop", { reason, message: "because", ...says });

const spoken = (engine: string, api = engine.startsWith("24.0") ? "1.43" : "1.41") => ({
  engine,
  kind: "docker" as const,
  api,
});

const judged = (
  evidence: Partial<Evidence>,
  engine: EngineHistory = { version: spoken("20.10.24"), startedAt: undefined },
) => judge({ name, marks: {}, container: undefined, ...evidence }, TARGET, engine);

describe("a container's end", () => {
  test.each<[string, Partial<ContainerState>, object]>([
    ["0", {}, { outcome: "completed", statusCode: 0, cause: null }],
    ["7", { ExitCode: 7 }, { outcome: "failed", statusCode: 7, cause: { code: "Exit" } }],
    ["126", { ExitCode: 126 }, { outcome: "failed", cause: { code: "Exit" } }],
    ["255", { ExitCode: 255 }, { outcome: "failed", cause: { code: "Exit" } }],
    ["137", { ExitCode: 137 }, { outcome: "failed", statusCode: 137, cause: { code: "Signal" } }],
    ["143", { ExitCode: 143 }, { outcome: "failed", cause: { code: "Signal" } }],
    [
      "139",
      { ExitCode: 139 },
      { cause: { code: "Signal", message: expect.stringContaining("SIGSEGV") } },
    ],
    ["137 by the flag", { ExitCode: 137, OOMKilled: true }, { cause: { code: "OOMKilled" } }],
    ["1 after a child's OOM", { ExitCode: 1, OOMKilled: true }, { cause: { code: "OOMKilled" } }],
    ["0 after a child's OOM", { OOMKilled: true }, { outcome: "completed", cause: null }],
  ])("with code %s", (_title, state, end) => {
    expect(judged({ container: aContainer(state), marks: open })).toMatchObject({
      state: "ended",
      attempts: 1,
      startedAt: "2026-11-24T06:00:01.123Z",
      finishedAt: "2026-11-24T06:00:09.987Z",
      ...end,
    });
  });

  test("is never before its start, though the engine says so of what ends at once", () => {
    const container = aContainer({ FinishedAt: "2026-11-24T06:00:01.120Z" });

    expect(judged({ container })).toMatchObject({ finishedAt: "2026-11-24T06:00:01.123Z" });
  });

  test.each<[string, Partial<ContainerState>, EngineHistory, object]>([
    [
      "255 as the engine came up",
      { ExitCode: 255 },
      up("20.10.24", "06:00:10"),
      { outcome: "crashed", cause: { code: "EngineLost" } },
    ],
    [
      "137 as the engine came up",
      { ExitCode: 137 },
      up("20.10.24", "06:00:20"),
      { outcome: "crashed", statusCode: 137 },
    ],
    ["137 long before", { ExitCode: 137 }, up("20.10.24", "06:10:00"), { outcome: "failed" }],
    ["255 after it came up", { ExitCode: 255 }, up("20.10.24", "06:00:05"), { outcome: "failed" }],
    ["7 as the engine came up", { ExitCode: 7 }, up("20.10.24", "06:00:10"), { outcome: "failed" }],
    [
      "OOM as the engine came up",
      { ExitCode: 137, OOMKilled: true },
      up("20.10.24", "06:00:10"),
      { outcome: "failed" },
    ],
    ["0 as the engine came up", {}, up("20.10.24", "06:00:10"), { outcome: "completed" }],
    ["0 as an engine that lies came up", {}, up("24.0.2", "06:00:10"), { outcome: "crashed" }],
    [
      "0 of an engine that lies, long before",
      {},
      up("24.0.2", "06:10:00"),
      { outcome: "completed" },
    ],
    [
      "0 of one that shows no start",
      {},
      { version: spoken("24.0.0"), startedAt: undefined },
      { outcome: "crashed" },
    ],
    ["0 of the version that was mended", {}, up("24.0.3", "06:00:10"), { outcome: "completed" }],
    ["0 of a build of such a version", {}, up("dev", "06:00:10", "1.43"), { outcome: "crashed" }],
    ["0 of a later build", {}, up("dev", "06:00:10", "1.56"), { outcome: "completed" }],
    ["0 of one with such a number", {}, up("24.0.1", "06:00:10", "1.41"), { outcome: "completed" }],
  ])("with code %s", (_title, state, engine, end) => {
    expect(judged({ container: aContainer(state), marks: open }, engine)).toMatchObject(end);
  });

  function up(version: string, time: string, api?: string): EngineHistory {
    return { version: spoken(version, api), startedAt: `2026-11-24T${time}Z` };
  }
});

describe("a container that does not say that it ran", () => {
  test.each<[string, Partial<ContainerState>, object]>([
    ["created", { Status: "created", StartedAt: NEVER }, { state: "pending" }],
    [
      "created, not found",
      { Status: "created", StartedAt: NEVER, ExitCode: 127, Error: "exec: not found" },
      {
        outcome: "crashed",
        statusCode: 127,
        attempts: 0,
        cause: { code: "ConfigError", message: expect.stringContaining("exec: not found") },
      },
    ],
    [
      "created, disk full",
      { Status: "created", StartedAt: NEVER, ExitCode: 128, Error: "no space left on device" },
      { outcome: "crashed", cause: { code: "NeverStarted", retryable: true } },
    ],
    [
      "created, too slow",
      {
        Status: "created",
        StartedAt: NEVER,
        ExitCode: 128,
        Error: "failed to create task: timeout: context deadline exceeded: unknown",
      },
      { outcome: "crashed", cause: { code: "NeverStarted", retryable: true } },
    ],
    [
      "created, no command of that name",
      {
        Status: "created",
        StartedAt: NEVER,
        ExitCode: 127,
        Error: 'exec: "timeout": executable file not found in $PATH: unknown',
      },
      { outcome: "crashed", cause: { code: "ConfigError" } },
    ],
    [
      "created, no network of that name",
      { Status: "created", StartedAt: NEVER, Error: "network timeout-tests not found" },
      { outcome: "crashed", cause: { code: "ConfigError" } },
    ],
    [
      "exited without a start",
      { Status: "exited", StartedAt: NEVER, FinishedAt: NEVER },
      { outcome: "crashed", statusCode: -1, cause: { code: "NeverStarted" } },
    ],
    [
      "running",
      { Status: "running", FinishedAt: NEVER },
      { state: "running", startedAt: "2026-11-24T06:00:01.123Z" },
    ],
    ["paused", { Status: "paused", FinishedAt: NEVER }, { state: "running" }],
    [
      "dead",
      { Status: "dead" },
      { outcome: "crashed", statusCode: -1, cause: { code: "Removed" } },
    ],
    ["being removed", { Status: "removing" }, { state: "unknown" }],
    ["something new", { Status: "hibernating" }, { state: "unknown" }],
  ])("%s", (_title, state, observation) => {
    expect(judged({ container: aContainer(state), marks: open })).toMatchObject(observation);
  });

  test("shows no secret that the engine repeats", () => {
    const state = {
      Status: "created",
      ExitCode: 127,
      Error: "exec: s3cr3t-value",
      StartedAt: NEVER,
    };

    const seen = judged({ container: aContainer(state) });

    expect(JSON.stringify({ ...seen, run: { ...seen?.run, secrets: [] } })).not.toContain("s3cr3t");
  });
});

describe("a stop mark", () => {
  const running = aContainer({ ExitCode: 143 });
  const speaking = { container: "container-1" };
  test.each<[string, Partial<Evidence>, object]>([
    [
      "cancelled",
      { container: running, marks: stop("Cancelled") },
      { outcome: "cancelled", statusCode: 143 },
    ],
    [
      "a twin",
      { container: running, marks: stop("Conflict") },
      { outcome: "rejected", cause: { code: "Conflict" } },
    ],
    [
      "past its deadline",
      { container: running, marks: stop("DeadlineExceeded") },
      { outcome: "failed", cause: { code: "DeadlineExceeded" } },
    ],
    [
      "a fence that came too late",
      { container: aContainer(), marks: stop("SubmissionFailed") },
      { outcome: "completed" },
    ],
    [
      "an order after its end",
      { container: aContainer({ FinishedAt: "2026-11-24T06:00:04.9Z" }), marks: stop("Cancelled") },
      { outcome: "completed" },
    ],
    [
      "an order in the second of its end",
      {
        container: aContainer({ ExitCode: 143, FinishedAt: "2026-11-24T06:00:05.1Z" }),
        marks: stop("Cancelled"),
      },
      { outcome: "cancelled" },
    ],
    [
      "never started",
      { container: aContainer({ Status: "created", StartedAt: NEVER }), marks: stop("Cancelled") },
      { outcome: "cancelled", statusCode: -1, attempts: 0, run: { uid: `${name}.stop` } },
    ],
    [
      "a tombstone",
      { marks: stop("Cancelled") },
      { outcome: "cancelled", attempts: 0, run: { uid: `${name}.stop` } },
    ],
    [
      "a fence",
      { marks: stop("SubmissionFailed") },
      { outcome: "crashed", cause: { code: "SubmissionFailed", message: "because" } },
    ],
    [
      "removed after it was stopped",
      { marks: { ...open, ...stop("Cancelled", speaking) } },
      { outcome: "cancelled", attempts: 1, run: { uid: "container-1" } },
    ],
  ])("of %s", (_title, evidence, end) => {
    expect(judged(evidence)).toMatchObject({ state: "ended", ...end });
  });
});

describe("a run without its container", () => {
  test("was removed where its open mark is all there is", () => {
    expect(judged({ marks: open })).toMatchObject({
      outcome: "crashed",
      statusCode: -1,
      cause: { code: "Removed" },
      run: { uid: "container-1", createdAt: "2026-11-24T06:00:00.000Z", labels: { team: "etl" } },
    });
  });

  test("was removed though a dead launcher made another of its name", () => {
    const another = aContainer({ Status: "created", StartedAt: NEVER }, "container-2");

    expect(judged({ marks: open, container: another })).toMatchObject({
      cause: { code: "Removed" },
    });
  });

  test("shows what was published of it once it is settled, whatever happens to its container", () => {
    const seen = judged({ container: aContainer({ ExitCode: 7 }), marks: open });
    const done = aMark("done", { receipt: seen?.run.revision ?? "" });

    for (const container of [undefined, aContainer({ Status: "running", ExitCode: 0 })])
      expect(judged({ container, marks: { ...open, ...done } })).toMatchObject({
        state: "ended",
        statusCode: 7,
        run: { uid: "container-1", settled: true, createdAt: "2026-11-24T06:00:00.000Z" },
      });
  });

  test("is none of ours where nothing says so", () => {
    const stranger = { ...aContainer(), Config: { Labels: {}, Env: [], Tty: false } };

    expect(judged({ container: stranger })).toBeUndefined();
    expect(judged({})).toBeUndefined();
  });

  test("is described by its container with the secrets that its output may hold", () => {
    expect(judged({ container: aContainer() })?.run).toMatchObject({
      key: { id: "run-1", hash: facts.hash, target: TARGET, name: "Nightly" },
      identifier: name,
      source: "/docker/builders",
      secrets: ["s3cr3t-value"],
      settled: false,
    });
  });
});
