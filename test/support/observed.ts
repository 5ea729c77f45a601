import { hashRunId } from "../../lib/runs/names.ts";
import type { Ended, ObservedRun } from "../../lib/runs/observation.ts";

/** A run as an engine shows it. */
export function anObservedRun(overrides: Partial<ObservedRun> & { id?: string } = {}): ObservedRun {
  const { id = "run-1", ...rest } = overrides;
  return {
    key: {
      id,
      hash: hashRunId(id),
      target: { type: "process", name: "default" },
      name: undefined,
      namespace: undefined,
    },
    identifier: "host:1",
    uid: "uid-1",
    revision: "1",
    source: "/process/host",
    labels: {},
    secrets: [],
    streamOutput: true,
    settled: false,
    createdAt: "2026-01-01T00:00:00.000Z",
    warnings: [],
    ...rest,
  };
}

export function anEnd(overrides: Partial<Ended> = {}): Ended {
  return {
    state: "ended",
    run: anObservedRun(),
    outcome: "completed",
    statusCode: 0,
    cause: null,
    startedAt: "2026-01-01T00:00:01.000Z",
    finishedAt: "2026-01-01T00:00:03.500Z",
    attempts: 1,
    ...overrides,
  };
}
