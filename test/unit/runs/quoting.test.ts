import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");

/** Ways to repeat a value in a message past `quote`. */
const PAST_QUOTE = [
  /\$\{JSON\.stringify\(/, // in a template
  /\$\{inspect\(/,
  /["'“]\$\{(?!quotePointer\()[\w.]+\}["'”]/, // in quotation marks of its own
  /\bgot \$\{(?!quote\()/,
];

/** Lines that match and repeat nothing that somebody sent, or went through `quote` a line before. */
const FINE: readonly (readonly [file: string, line: RegExp])[] = [
  ["lib/runs/problems.ts", /\["\$\{name\}"\]/], // through quoteKey
  ["lib/policy/check-policy.ts", /got \$\{got\}/], // through quote
  ["lib/backends/docker/request/volumes.ts", /got \$\{inPrefectsQuotes\(/], // through quote
  ["lib/backends/docker/request/check-shape.ts", /got \$\{got\}/], // the name of a type
  ["lib/backends/kubernetes/manifest/base-job.ts", /JSON\.stringify\(required\)/], // our own base
  ["lib/yaml/ambiguity.ts", /the text "\$\{text\}"/], // one of the words for true and false
  ["lib/cli/dev/taken-runs.ts", /appendFileSync/], // no message
  ["lib/cli/actions/logs.ts", /JSON\.stringify\(\{ line \}\)/], // a run's output, asked for as JSON
];

test("every message quotes what was sent through one function", () => {
  const found = globSync("lib/**/*.ts", { cwd: root }).flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => PAST_QUOTE.some((pattern) => pattern.test(line)))
      .filter((line) => !FINE.some(([name, pattern]) => name === file && pattern.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );

  expect(found).toEqual([]);
});
