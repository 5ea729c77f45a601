import { describe, expect, test } from "vitest";
import { readOwnYaml } from "../../../lib/yaml/read-yaml.ts";
import type { YamlError } from "../../../lib/yaml/yaml-error.ts";

function problemsOf(text: string): YamlError["problems"] {
  try {
    readOwnYaml(text);
  } catch (error) {
    return (error as YamlError).problems;
  }
  throw new Error("it was accepted");
}

describe("YAML in fields of Slipway's own", () => {
  test.each([
    ["a: yes", 'yes is true in YAML 1.1, as kubectl reads it, and the text "yes" in YAML 1.2'],
    ["a: Off", 'Off is false in YAML 1.1, as kubectl reads it, and the text "Off" in YAML 1.2'],
    ["a: y", 'y is true in YAML 1.1, as kubectl reads it, and the text "y" in YAML 1.2'],
    [
      "a: 0600",
      "an octal number in YAML 1.1, as kubectl reads it, and a decimal number in YAML 1.2",
    ],
    [
      "a: -017",
      "an octal number in YAML 1.1, as kubectl reads it, and a decimal number in YAML 1.2",
    ],
    ["a: 1_000", "a number in YAML 1.1, as kubectl reads it, and text in YAML 1.2"],
    ["a: 0b11", "a number in YAML 1.1, as kubectl reads it, and text in YAML 1.2"],
    ["a: 0xfffffffffffffffff", "text in YAML 1.1, as kubectl reads it, and a number in YAML 1.2"],
  ])("names both readings of %s", (text, words) => {
    expect(problemsOf(text)).toMatchObject([
      { path: "a", line: 1, column: 4, message: expect.stringContaining(words) },
    ]);
  });

  test("names every ambiguous value and key with its place", () => {
    const text = "env:\n  COUNTRY: NO\n  0400: x\nlist:\n- 1\n- 010\n";

    const problems = problemsOf(text);

    expect(problems.map(({ path, line, column }) => `${path} ${line}:${column}`)).toEqual([
      "env.COUNTRY 2:12",
      "env 3:3",
      "list[1] 6:3",
    ]);
  });

  test("takes a key that looks like a boolean for the name that it is", () => {
    expect(readOwnYaml("env: { Y: a, NO: b }")).toEqual([{ env: { Y: "a", NO: "b" } }]);
    expect(readOwnYaml("job: { y: a }")).toEqual([{ job: { true: "a" } }]);
  });

  test("repeats no number, which may be a password", () => {
    expect(problemsOf("password: 0123456")[0]?.message).not.toMatch(/123456|42798/);
  });

  test.each([
    ["a: 0o17", 15],
    ["a: 08", 8],
    ["a: 0x1F", 31],
    ["a: 1e3", 1_000],
    ["a: 2026-01-31", "2026-01-31"],
    ["a: 12:30:45", "12:30:45"],
    ['a: "yes"', "yes"],
    ["a: '0600'", "0600"],
    ["a: !!str no", "no"],
    ["a: true", true],
    ["a: ~", null],
  ])("takes %s, which means the same in both", (text, expected) => {
    expect(readOwnYaml(text)).toEqual([{ a: expected }]);
  });

  test("merges mappings, and refuses a merge that changes what stands before it", () => {
    const base = "base: &base { retries: 1, image: a }\n";

    expect(readOwnYaml(`${base}run: { <<: *base, image: b }`)).toMatchObject([
      { run: { retries: 1, image: "b" } },
    ]);
    expect(problemsOf(`${base}run: { image: b, <<: *base }`)).toMatchObject([
      { path: "run.image", line: 2, message: expect.stringContaining("write << first") },
    ]);
    expect(readOwnYaml(`${base}run: { image: a, <<: *base }`)).toMatchObject([
      { run: { retries: 1, image: "a" } },
    ]);
  });

  test.each(["job", "customizations"])("reads what stands below %s as kubectl does", (field) => {
    const text = `infrastructure:\n  ${field}:\n    defaultMode: 0400\n    tty: yes\n`;

    expect(readOwnYaml(text)).toEqual([
      { infrastructure: { [field]: { defaultMode: 256, tty: true } } },
    ]);
  });
});
