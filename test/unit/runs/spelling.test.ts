import { describe, expect, test } from "vitest";
import { nearest, normalizeSpelling, toSnakeCase } from "../../../lib/runs/spelling.ts";

const known = ["image", "image_pull_policy", "network_mode", "cpus"];

test.each([
  ["imagePullPolicy", "image_pull_policy"],
  ["image_pull_policy", "image_pull_policy"],
  ["image", "image"],
  ["Image", "Image"],
])("spells %s as %s", (key, snake) => {
  expect(toSnakeCase(key)).toBe(snake);
});

describe("nearest", () => {
  test.each([
    ["imag", "image"],
    ["imagePullPolcy", "image_pull_policy"],
    ["NetworkMode", "network_mode"],
    ["cpu", "cpus"],
    ["volumes", undefined],
    ["x".repeat(1_000_000), undefined],
  ])("of %s", (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });
});

describe("normalizeSpelling", () => {
  test("takes both spellings and leaves what lies deeper", () => {
    const sent = { imagePullPolicy: "Always", network_mode: { someKey: 1 } };

    expect(normalizeSpelling(sent, known, "").fields).toEqual({
      image_pull_policy: "Always",
      network_mode: { someKey: 1 },
    });
  });

  test.each([
    [{ imagePullPolcy: 1 }, "a.imagePullPolcy", /did you mean image_pull_policy\?/],
    [{ volumes: 1 }, "a.volumes", /the known ones are image, image_pull_policy/],
    [{ "a b": 1 }, "a[a name of 3 characters]", /not a known field/],
    [{ image_pull_policy: 1, imagePullPolicy: 1 }, "a.imagePullPolicy", /given twice/],
  ])("says what is wrong with %j", (sent, path, message) => {
    const { problems } = normalizeSpelling(sent, known, "a");

    expect(problems).toEqual([{ path, message: expect.stringMatching(message) }]);
  });
});
