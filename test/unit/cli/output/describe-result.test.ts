import { expect, test } from "vitest";
import { describeEnd, explainEnd } from "../../../../lib/cli/output/describe-result.ts";
import { causeOf } from "../../../../lib/runs/cause.ts";
import { resultOf } from "../../../../lib/runs/result.ts";

const dataOf = (data: Parameters<typeof resultOf>[0]["data"]) =>
  resultOf({ source: "/process/here", uid: "u", time: "2026-01-01T00:00:00Z", data }).data;

test.each([
  [{ state: "completed", status_code: 0, duration_ms: 1_200 }, "completed after 1.2 s"],
  [{ state: "failed", status_code: 3, duration_ms: 80 }, "failed with exit code 3 after 80 ms"],
  [{ state: "failed", status_code: -9, duration_ms: null }, "failed with signal 9"],
  [{ state: "crashed", status_code: -1, duration_ms: null }, "crashed with no exit code"],
  [{ state: "rejected", status_code: null, duration_ms: null }, "rejected"],
] as const)("says %j as %j", (data, said) => {
  expect(describeEnd(data)).toBe(said);
});

test("explains an end by its cause and what to do about it", () => {
  const data = dataOf({ id: "a", state: "failed", cause: causeOf("Exit", "exited with 3") });

  expect(explainEnd(data)).toEqual(["Exit: exited with 3", "Read the end of the run's output."]);
});

test("explains a rejection by every problem", () => {
  const problems = [
    { path: "infrastructure.type", message: "is required" },
    { path: "", message: "is empty" },
  ];
  const data = dataOf({ id: "a", state: "rejected", cause: causeOf("Invalid", "both"), problems });

  expect(explainEnd(data).slice(0, 2)).toEqual(["infrastructure.type: is required", "is empty"]);
});

test("says nothing more of a run that completed, save its warnings", () => {
  expect(explainEnd(dataOf({ id: "a", state: "completed", warnings: ["old engine"] }))).toEqual([
    "warning: old engine",
  ]);
});
