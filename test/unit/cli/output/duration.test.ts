import { expect, test } from "vitest";
import { formatDuration } from "../../../../lib/cli/output/duration.ts";

test.each([
  [0, "0 ms"],
  [80.4, "80 ms"],
  [1_234, "1.2 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [200_000, "3 min 20 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
])("says %d milliseconds as %s", (milliseconds, said) => {
  expect(formatDuration(milliseconds)).toBe(said);
});
