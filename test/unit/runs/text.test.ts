import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, cutText, tailBytes } from "../../../lib/runs/text.ts";
import { isFitForSqs } from "../../support/sqs-text.ts";

describe("cleanText", () => {
  test.each([
    ["colours", "\u001b[1;31mred\u001b[0m", "red"],
    ["a terminal title", "\u001b]0;title\u0007text", "text"],
    ["a link", "\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\", "text"],
    ["an unclosed title, to the end of its line", "\u001b]0;title\nnext", "\nnext"],
    ["cursor moves", "a\u001b[2K\u001b[1Gb\u001bMc", "abc"],
    ["NUL and bell", "a\0b\u0007c", "a\uFFFDb\uFFFDc"],
    ["half a character", "a\uD800b", "a\uFFFDb"],
    ["what SQS refuses", "\uFFFE\uFFFF", "\uFFFD\uFFFD"],
    ["a lone escape", "a\u001b", "a\uFFFD"],
    ["an escape in 8 bits", "\u009b31mred", "\uFFFD31mred"],
  ])("takes away %s", (_name, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test("keeps tabs, line ends and every language", () => {
    const text = "a\tb\r\nc \u00e9 \u4e16 \ud83d\ude42 \uFFFD";

    expect(cleanText(text)).toBe(text);
  });

  test("leaves nothing that SQS refuses, and nothing to do a second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyUnit() }), (text) => {
        const clean = cleanText(text);

        expect(isFitForSqs(clean)).toBe(true);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });
});

/** Any UTF-16 unit, the troublesome ones often. */
function anyUnit() {
  return fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom(
      "\u001b",
      "[",
      "]",
      "\uD800",
      "\uDC00",
      "\uFFFE",
      "\uFFFF",
      "\0",
      "m",
      "\u0007",
    ),
  );
}

test.each([
  ["abc", 3, "abc"],
  ["abcd", 3, "ab…"],
  ["a\ud83d\ude42b", 3, "a…"],
])("cutText(%j, %i) is %j", (text, most, cut) => {
  expect(cutText(text, most)).toBe(cut);
});

test("tailBytes keeps the end and cuts no character in two", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(50), (text, most) => {
      const tail = Buffer.from(tailBytes(Buffer.from(text), most));

      expect(tail.length).toBeLessThanOrEqual(most);
      expect(tail.length).toBeGreaterThan(Math.min(most, Buffer.byteLength(text)) - 4);
      expect(text.endsWith(tail.toString())).toBe(true);
    }),
  );
});
