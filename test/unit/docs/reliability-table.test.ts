import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const FAULTS = 55;

const text = readFileSync(join(ROOT, "docs/reliability.md"), "utf8");
const rows = text
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .flatMap(([, key = "", , , tests]) => (/^F\d\d$/.test(key) && tests ? [{ key, tests }] : []));
const tried = rows.flatMap(({ key, tests }) =>
  [...tests.matchAll(/\]\(\.\.\/(test\/[^)]+)\) “([^”]+)”/g)].map(([, file = "", title = ""]) => ({
    key,
    file,
    title,
  })),
);

test("each fault has a row of its own, in order", () => {
  const keys = Array.from({ length: FAULTS }, (_, at) => `F${String(at + 1).padStart(2, "0")}`);

  expect(rows.map(({ key }) => key)).toEqual(keys);
  expect([...new Set(tried.map(({ key }) => key))]).toEqual(keys);
});

test.each(tried)("$key is tried by $file: $title", ({ file, title }) => {
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(JSON.stringify(title));
});
