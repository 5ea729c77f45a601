import { expect, test } from "vitest";
import { jobName } from "../../../../lib/backends/kubernetes/names.ts";

const hash = "zklycewkdo64v6wc";

test.each([
  [undefined, "prefect-job"],
  ["", "prefect-job"],
  ["🙂", "prefect-job"],
  ["---", "prefect-job"],
  ["My Flow!", "my-flow"],
  ["UPPER_lower", "upper-lower"],
  ["../../etc/passwd", "etc-passwd"],
  ["ünïcode & more", "unicode-more"],
  ["a".repeat(60), "a".repeat(45)],
  [`${"x".repeat(44)}-y`, "x".repeat(44)],
])("a run named %j has a Job named %s, then the hash", (name, slug) => {
  expect(jobName({ name, hash })).toBe(`${slug}-${hash}`);
});

test("the longest name fits a DNS label", () => {
  expect(jobName({ name: "a".repeat(1_000), hash })).toHaveLength(62);
});
