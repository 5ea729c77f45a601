import type { SQSRecord } from "aws-lambda";
import { expect, test } from "vitest";
import { succeededRecords } from "../../../lib/local/batch-response.ts";

const records = ["a", "b", "c"].map((messageId) => ({ messageId }) as SQSRecord);
const failing = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

test.each<[string, unknown, string]>([
  ["nothing", undefined, "abc"],
  ["null", null, "abc"],
  ["an empty object", {}, "abc"],
  ["a null list", { batchItemFailures: null }, "abc"],
  ["an empty list", failing(), "abc"],
  ["one failure", failing("b"), "ac"],
  ["one failure twice", failing("b", "b"), "ac"],
  ["all failures", failing("a", "b", "c"), ""],
])("acknowledges what has succeeded: %s", (_what, response, expected) => {
  const succeeded = succeededRecords(records, response);

  expect(succeeded.map(({ messageId }) => messageId).join("")).toBe(expected);
});

test.each<[string, unknown]>([
  ["no object", "done"],
  ["a list that is none", { batchItemFailures: "a" }],
  ["an empty id", failing("a", "")],
  ["a null id", failing(null)],
  ["no id", { batchItemFailures: [{}] }],
  ["a bad key", { batchItemFailures: [{ itemIdentifer: "a" }] }],
  ["no failure in a failure", { batchItemFailures: [null] }],
  ["the id of no message", failing("x")],
])("acknowledges nothing where the answer is malformed: %s", (_what, response) => {
  expect(() => succeededRecords(records, response)).toThrow(/fails the whole batch/);
});
