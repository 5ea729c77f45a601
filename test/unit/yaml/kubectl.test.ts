import { readFileSync } from "node:fs";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { dumpForKubectl } from "../../../lib/yaml/dump-yaml.ts";
import { readKubernetesYaml } from "../../../lib/yaml/read-yaml.ts";
import { YamlError } from "../../../lib/yaml/yaml-error.ts";

interface Row {
  readonly yaml: string;
  readonly documents?: readonly unknown[];
  readonly error?: string;
}

/** Made by `go run .` in fixtures/yaml/kubectl from the decoder that kubectl 1.37.2 reads files with. */
const ROWS: readonly Row[] = JSON.parse(
  readFileSync(new URL("../../fixtures/yaml/kubectl-1.37.2.json", import.meta.url), "utf8"),
);

/** What kubectl accepts and drops something of, and Slipway refuses. */
const REFUSED = new Set(["value: {a: 1, a: 2}\n", "a: 1\na: 2\n", '{"a": 1, "a": 2}\n']);
/** What kubectl refuses although it can mean one thing only. */
const ACCEPTED = new Set(["%YAML 1.1\n---\na: yes\n", 'a: "\\/"\n']);

/** As JSON would carry them: -0 is 0. kubectl leaves empty documents out. */
const sent = (documents: readonly unknown[] = []): unknown[] =>
  JSON.parse(JSON.stringify(documents.filter((document) => document !== null)));

const read = ROWS.filter(({ yaml, error }) => error === undefined && !REFUSED.has(yaml));
const refused = ROWS.filter(({ yaml, error }) => error !== undefined && !ACCEPTED.has(yaml));

describe("YAML for Kubernetes", () => {
  test.each(read)("reads $yaml as kubectl does", ({ yaml, documents }) => {
    expect(sent(readKubernetesYaml(yaml))).toEqual(sent(documents));
  });

  test.each(refused)("refuses $yaml as kubectl does", ({ yaml }) => {
    expect(() => readKubernetesYaml(yaml)).toThrow(YamlError);
  });

  test.each([...REFUSED])(
    "refuses a key that stands twice, of which kubectl drops one: %j",
    (yaml) => {
      expect(() => readKubernetesYaml(yaml)).toThrow(
        /^(?:value\.)?a: a key that stands twice at line \d, column \d+$/,
      );
    },
  );

  test.each([...ACCEPTED])("accepts %j, which kubectl does not", (yaml) => {
    expect(readKubernetesYaml(yaml)).toHaveLength(1);
  });
});

describe("YAML that is shown", () => {
  const texts = read.map(({ yaml }) => yaml.replace(/^value: /, "").trimEnd());

  test.each(texts)("gives the text %j back to kubectl as text", (text) => {
    expect(readKubernetesYaml(dumpForKubectl({ text }))).toEqual([{ text }]);
  });

  test("quotes what js-yaml's own schemas take for text and kubectl for a number", () => {
    expect(dump({ mode: "0X1F" })).toBe("mode: 0X1F\n");
    expect(dumpForKubectl({ mode: "0X1F" })).toBe("mode: '0X1F'\n");
  });
});
