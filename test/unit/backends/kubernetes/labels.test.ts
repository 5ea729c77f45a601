import { describe, expect, test } from "vitest";
import {
  labelProblems,
  slugLabelKey,
  slugLabelValue,
} from "../../../../lib/backends/kubernetes/manifest/labels.ts";
import { aJob, refusalOfJob } from "../../../support/kubernetes-runs.ts";

describe("a label's key", () => {
  test.each([
    ["ok", "ok"],
    ["Team", "team"],
    ["my/Label Key", "my/label-key"],
    ["example.com/a/b", "example.com/a-b"],
    ["/leading", "leading"],
    ["a b/c d", "a-b/c-d"],
    ["-a-/-b-", "a/b"],
    ["UPPER.Case/Na_me", "upper.case/na_me"],
    ["under_score.in/prefix", "under-score.in/prefix"],
    ["_x_", "x"],
    ["ünder/ü", "under/u"],
    ["日本", "ri-ben"],
    ["example.com/数据", "example.com/shu-ju"],
    ["서울/team", "seoul/team"],
    ["K".repeat(80), "k".repeat(63)],
    [`${"p".repeat(300)}/n`, `${"p".repeat(253)}/n`],
    [`${"k".repeat(62)}-z`, "k".repeat(62)],
  ])("%j becomes %j", (key, slug) => {
    expect(slugLabelKey(key)).toBe(slug);
    expect(labelProblems({ [key]: "x" }, "labels")).toEqual([]);
  });

  test.each(["$$", "$$/x", "x/$$", "a/", "..", "🙂", "a.-b/c", "a..b/c"])(
    "%j is refused by its name, for nothing can be made of it",
    (key) => {
      expect(labelProblems({ [key]: "x" }, "labels")).toEqual([
        {
          path: expect.stringContaining("labels"),
          message: "no label key can be made of this name",
        },
      ]);
    },
  );

  test.each(["slipway.dev/open", "Slipway.dev/Run", "-slipway.dev-/anything"])(
    "%j is ours to set",
    (key) => {
      expect(refusalOfJob({ labels: { [key]: "true" } }).problems).toEqual([
        { path: `infrastructure.labels["${key}"]`, message: "slipway.dev/ is for Slipway to set" },
      ]);
    },
  );
});

describe("a label's value", () => {
  test.each([
    ["", ""],
    ["a b", "a-b"],
    ["日本", "ri-ben"],
    ["日本 job 3", "ri-ben-job-3"],
    ["Привет 서울", "privet-seoul"],
    ["UPPER", "upper"],
    ["_x_", "x"],
    ["..a..", "a"],
    ["v1.2.3", "v1.2.3"],
    ["x--y", "x-y"],
    ["a,b!=c", "a-b-c"],
    ["naïve", "naive"],
    ["x".repeat(70), "x".repeat(63)],
    [`${"a".repeat(62)}-b`, "a".repeat(62)],
  ])("%j becomes %j", (value, slug) => {
    expect(slugLabelValue(value)).toBe(slug);
    expect(labelProblems({ x: value }, "labels")).toEqual([]);
  });

  test("of which nothing is left is refused by its name", () => {
    expect(refusalOfJob({ labels: { team: "$$$" } }).problems).toEqual([
      {
        path: "infrastructure.labels.team",
        message: "no label value can be made of a text of 3 characters",
      },
    ]);
  });
});

test("labels stand on the Job under their slugs, beside those of the base manifest", () => {
  const job = aJob({ labels: { "Team/Of Mine": "Data & Co" } });

  expect(job.metadata?.labels).toMatchObject({ "team/of-mine": "data-co" });
});

test("a very long label is made short in no time", () => {
  const long = `a${".".repeat(1_000_000)}b`;

  expect(slugLabelValue(long)).toBe("a");
});
