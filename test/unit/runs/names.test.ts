import latinize from "@sindresorhus/transliterate";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashRunId } from "../../../lib/runs/names.ts";
import { slugify } from "../../../lib/runs/slug.ts";

describe("slugify", () => {
  test.each([
    ["My Flow!", "my-flow"],
    ["--x--", "x"],
    ["a__b..c", "a-b-c"],
    ["a--b", "a-b"],
    ["Crème brûlée", "creme-brulee"],
    ["Köln", "koln"],
    ["Ko\u0308ln", "koln"],
    ["Größe", "grosse"],
    ["№5", "no5"],
    ["Привет", "privet"],
    ["🙂", ""],
    ["日本", "ri-ben"],
    ["数据处理", "shu-ju-chu-li"],
    ["서울", "seoul"],
    ["ひらがな", "hirakana"],
    ["हिन्दी", "hindii"],
    ["ไทย", "aithy"],
    ["שלום", "shlvm"],
    ["日本 job 3", "job-3"], // as ever: the name of a run is its identity
    ["", ""],
    ["../../etc", "etc"],
    [`${"a".repeat(44)}-b`, "a".repeat(44)],
  ])("makes %j into %j", (name, slug) => {
    expect(slugify(name, 45)).toBe(slug);
  });

  test("gives a DNS label or nothing, and gives the same again for its own result", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.integer({ min: 1, max: 63 }),
        (name, length) => {
          const slug = slugify(name, length);

          expect(slug).toMatch(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/);
          expect(slug.length).toBeLessThanOrEqual(length);
          expect(slugify(slug, length)).toBe(slug);
        },
      ),
    );
  });
});

/** What names were made by before every script was transliterated. */
function slugOfOld(name: string): string {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain
    .replace(/\P{ASCII}+/gu, (foreign) => latinize(foreign))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 45)
    .replace(/^-+|-+$/g, "");
}

const anyName = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."aZ9 -_ößЖжλع한日本ナひไव🙂．") }),
);

describe("a name that was made before every script was transliterated", () => {
  test("stays, since a run's name is its identity", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const old = slugOfOld(name);

        if (old !== "") expect(slugify(name, 45)).toBe(old);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("hashRunId", () => {
  test("is fit for every engine's names and file names", () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(hashRunId(id)).toMatch(/^[a-z2-7]{16}$/);
      }),
    );
  });

  test("is the same today and tomorrow", () => {
    expect(hashRunId("a")).toBe("zklycewkdo64v6wc");
  });

  test.each([
    ["letters in another case", "UPPER", "upper"],
    ["the same first 63 characters", `${"x".repeat(63)}a`, `${"x".repeat(63)}b`],
    ["composed and decomposed characters", "\u00e9", "e\u0301"],
    ["letters that only look alike", "a", "\u0430"],
    ["ids that make the same slug", "a b", "a-b"],
  ])("tells apart %s", (_name, one, other) => {
    expect(hashRunId(one)).not.toBe(hashRunId(other));
  });
});
