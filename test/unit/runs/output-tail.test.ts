import * as fc from "fast-check";
import { expect, test } from "vitest";
import { outputTail } from "../../../lib/runs/output-tail.ts";
import { isFitForSqs } from "../../support/sqs-text.ts";

const bytes = (text: string) => Buffer.from(text, "utf8");

test("short output is shown whole", () => {
  expect(outputTail(bytes("hello\n"), 16, [])).toEqual({ tail: "hello\n", truncated: false });
});

test("long output is shown by its end", () => {
  expect(outputTail(bytes("0123456789"), 4, [])).toEqual({ tail: "6789", truncated: true });
});

test.each([
  ["plain", "it is hunter2!"],
  ["with a colour inside", "it is hun\u001b[31mter2\u001b[0m!"],
])("a secret is masked, %s", (_how, text) => {
  expect(outputTail(bytes(text), 100, ["hunter2"]).tail).toBe("it is [redacted]!");
});

test("the rest of a secret that the cut went through is not shown", () => {
  expect(outputTail(bytes("unter2 and more"), 14, ["hunter2"]).tail).toBe(" and more");
});

test("a secret of several lines is masked line by line", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEF\n-----END KEY-----\n";

  const { tail } = outputTail(bytes(`log: MIIEvQIBADANBgkq\nlog: hkiG9w0BAQEF\n`), 100, [key]);

  expect(tail).toBe("log: [redacted]\nlog: [redacted]\n");
});

test("whatever bytes came out, the tail is text for SQS and no longer than asked", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      (end, most) => {
        const { tail } = outputTail(end, most, []);

        expect(isFitForSqs(tail)).toBe(true);
        expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(most);
      },
    ),
  );
});
