import { expect, test } from "vitest";
import { statusOf } from "../../../../lib/cli/output/describe-run.ts";
import { statusLines } from "../../../../lib/cli/output/status-lines.ts";
import { causeOf } from "../../../../lib/runs/cause.ts";
import { anEnd, anObservedRun } from "../../../support/observed.ts";

const run = anObservedRun();
const now = new Date("2026-01-01T00:01:01.000Z");
const startedAt = "2026-01-01T00:00:01.000Z";

test.each([
  [{ state: "pending", run, reason: "no room" } as const, "pending: no room"],
  [{ state: "running", run, startedAt } as const, "running for 1 min"],
  [{ state: "unknown", run, reason: "damaged" } as const, "unknown: damaged"],
  [anEnd(), "completed after 2.5 s"],
  [anEnd({ outcome: "failed", statusCode: 3 }), "failed with exit code 3 after 2.5 s"],
  [
    anEnd({ outcome: "crashed", statusCode: -1, startedAt: undefined }),
    "crashed with no exit code",
  ],
])("says how a run stands: %j", (observation, said) => {
  expect(Object.fromEntries(statusLines(statusOf(observation), now)).state).toBe(said);
});

test("says why a run failed, what to do and whether its result is out", () => {
  const cause = causeOf("OOMKilled", "it used 20 MiB");
  const ended = anEnd({
    outcome: "failed",
    statusCode: 137,
    cause,
    run: anObservedRun({ settled: true }),
  });

  const lines = Object.fromEntries(statusLines(statusOf(ended), now));

  expect(lines).toMatchObject({
    cause: "OOMKilled: it used 20 MiB",
    hint: cause.hint,
    result: "published",
  });
});
