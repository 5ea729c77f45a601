import { expect, test } from "vitest";
import { pauseAfter } from "../../../lib/local/steady.ts";

test.each([
  [0, 0],
  [1, 250],
  [2, 500],
  [7, 16_000],
  [8, 30_000],
  [1_000, 30_000],
])("pauses after %j failures in a row for %j ms", (failures, expected) => {
  expect(pauseAfter(failures)).toBe(expected);
});
