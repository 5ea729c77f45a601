import { expect, test } from "vitest";
import { MAX_BYTES, toBatches, toParcel } from "../../../lib/queues/result-batches.ts";
import { sizeOf, toEntry } from "../../../lib/queues/result-entry.ts";
import { aResult } from "../../support/results.ts";

function aParcel(size: number) {
  const parcel = toParcel(aResult(), 0, false);
  if (!parcel) throw new Error("a small result fits");
  return { ...parcel, size };
}

const sizes = (batches: ReturnType<typeof toBatches>) =>
  batches.map((batch) => batch.map(({ size }) => size));

test.each<[string, number[], number[][]]>([
  ["none", [], []],
  ["eleven small ones", Array(11).fill(1), [Array(10).fill(1), [1]]],
  ["one as large as a call", [1, MAX_BYTES, 1], [[1], [MAX_BYTES], [1]]],
  ["a sum just at the limit", [MAX_BYTES - 5, 5, 1], [[MAX_BYTES - 5, 5], [1]]],
])("parts results into calls: %s", (_what, input, expected) => {
  expect(sizes(toBatches(input.map(aParcel)))).toEqual(expected);
});

test("counts the body and the names, types and values of attributes", () => {
  const entry = toEntry(aResult({ name: "\u00e4" }), "0", false);
  const attributes =
    "state" +
    "String" +
    "completed" +
    "type" +
    "String" +
    "process" +
    "status_code" +
    "Number" +
    "0";

  expect(sizeOf(entry)).toBe(Buffer.byteLength(entry.MessageBody ?? "") + attributes.length);
});

test.each([
  ["an id of letters", "run-1_A", /^run-1_A$/],
  ["an id with every sign that a group may have", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", /^!"#/],
  ["an id with a space", "run 1", /^[0-9a-f]{64}$/],
  ["an id that is not ASCII", "l\u00e4uft", /^[0-9a-f]{64}$/],
  ["an id that is too long", "x".repeat(129), /^[0-9a-f]{64}$/],
])("groups by run on a FIFO queue: %s", (_what, subject, expected) => {
  const entry = toEntry({ ...aResult(), subject }, "0", true);

  expect(entry.MessageGroupId).toMatch(expected);
});

test("deduplicates by event on a FIFO queue, and names no group on another", () => {
  const result = aResult();

  expect(toEntry(result, "0", true).MessageDeduplicationId).toBe(result.id);
  expect(toEntry(result, "0", false)).not.toHaveProperty("MessageGroupId");
});
