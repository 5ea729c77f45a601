import { expect, test } from "vitest";
import { exitCodeOf, exitCodeOfError } from "../../../lib/cli/exit-codes.ts";
import { invalid, LaunchError, unavailable } from "../../../lib/runs/launch-error.ts";

test.each([
  ["completed", 0, 0],
  ["failed", 3, 3],
  ["failed", 255, 255],
  ["failed", -9, 137],
  ["failed", -15, 143],
  ["failed", 256, 70], // 8 bits of it are 0, and a failure is never 0
  ["failed", 0, 70],
  ["crashed", -1, 70],
  ["crashed", 0, 70],
  ["crashed", 137, 137],
  ["cancelled", 143, 130],
  ["cancelled", -1, 130],
  ["rejected", null, 65],
  ["delayed", null, 69],
  ["submitted", null, 75],
] as const)("a run that is %s with %j ends slipway with %i", (state, code, expected) => {
  expect(exitCodeOf({ state, status_code: code, cause: null })).toBe(expected);
});

test.each([
  ["its deadline ended", "DeadlineExceeded", 70],
  ["SIGHUP ended", "Signal", 129],
] as const)(
  "a run that failed with -1, which %s, ends slipway with %s's %i",
  (_what, code, expected) => {
    expect(exitCodeOf({ state: "failed", status_code: -1, cause: { code } })).toBe(expected);
  },
);

test.each([
  ["an engine that does not answer", unavailable("no answer"), 69],
  ["a request that is wrong", invalid([]), 65],
  ["an id that is taken", new LaunchError("Conflict", "taken"), 65],
])("%s ends slipway with its code", (_what, error, expected) => {
  expect(exitCodeOfError(error)).toBe(expected);
});
