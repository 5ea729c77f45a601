import * as fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "../../../../lib/cli/output/lines.ts";

async function collect(...chunks: (string | number[])[]): Promise<string[]> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const lines: string[] = [];
  for await (const line of linesOf(source())) lines.push(line);
  return lines;
}

test.each([
  [["a\nb\n"], ["a", "b"]],
  [
    ["a\n", "b"],
    ["a", "b"],
  ],
  [
    ["a", "b\nc", "\n"],
    ["ab", "c"],
  ],
  [
    ["a\r\n", "b\r", "\nc"],
    ["a", "b", "c"],
  ],
  [["\n\n"], ["", ""]],
  [[], []],
])("cuts %j into %j", async (chunks, expected) => {
  expect(await collect(...chunks)).toEqual(expected);
});

test("keeps a character together that two chunks share", async () => {
  const [first, second] = [[0xc3], [0xa9, 0x0a]]; // é

  expect(await collect(first as number[], second as number[])).toEqual(["é"]);
});

test("hands on an endless line in pieces", async () => {
  const pieces = await collect(...Array.from({ length: 10 }, () => "x".repeat(60_000)));

  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe("x".repeat(600_000));
});

test("gives the same lines however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 7 }),
      async (text, size) => {
        const bytes = Buffer.from(text);
        const chunks: number[][] = [];
        for (let at = 0; at < bytes.length; at += size)
          chunks.push([...bytes.subarray(at, at + size)]);

        expect(await collect(...chunks)).toEqual(await collect(text));
      },
    ),
  );
});
