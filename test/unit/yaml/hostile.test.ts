import { describe, expect, test } from "vitest";
import { readKubernetesYaml } from "../../../lib/yaml/read-yaml.ts";

const ladder = (rung: (below: string) => string) =>
  Array.from(
    { length: 20 },
    (_, n) => `a${n}: &a${n} ${n === 0 ? "[lol]" : rung(`*a${n - 1}`)}`,
  ).join("\n");

describe("a hostile YAML text", () => {
  test.each([
    ["lists of aliases", ladder((below) => `[${Array(9).fill(below).join(", ")}]`)],
    [
      "merged mappings",
      `a0: &a0 {k: ${"x".repeat(10_000)}}\nb: [${Array(2_000).fill("{<<: *a0}").join(", ")}]`,
    ],
    ["a long text", `a: &a ${"x".repeat(100_000)}\nb: [${Array(200).fill("*a").join(", ")}]`],
  ])("that expands to gigabytes by %s is refused", (_what, text) => {
    expect(() => readKubernetesYaml(text)).toThrow("aliases that expand to too much");
  });

  test("that nests by aliases beyond what anything reads is refused", () => {
    const steps = Array.from({ length: 200 }, (_, n) => `a${n}: &a${n} [${n ? `*a${n - 1}` : ""}]`);

    expect(() => readKubernetesYaml(steps.join("\n"))).toThrow("nesting deeper than 100 levels");
  });

  test("that contains itself is refused", () => {
    expect(() => readKubernetesYaml("a: &a [*a]")).toThrow("an alias inside of its own anchor");
  });

  test("is quoted nowhere", () => {
    const texts = [
      "a: 'hunter22",
      "a: !!int hunter22",
      "hunter22: 1\n? [hunter22]\n: 2",
      "a: {<<: hunter22}",
    ];

    for (const text of texts) {
      expect(() => readKubernetesYaml(text)).toThrow();
      expect(() => readKubernetesYaml(text)).not.toThrow("hunter22");
    }
  });

  test("cannot reach a prototype", () => {
    const [document] = readKubernetesYaml("a: {__proto__: {polluted: 1}}\nb: {<<: {__proto__: 1}}");

    expect(Object.hasOwn((document as { a: object }).a, "__proto__")).toBe(true);
    expect({}).not.toHaveProperty("polluted");
  });
});
