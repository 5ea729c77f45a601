import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { createStdoutResultSink } from "../../../lib/queues/stdout-result-sink.ts";
import { aResult } from "../../support/results.ts";

const soon = () => AbortSignal.timeout(5_000);

test("writes one line for each result", async () => {
  const stream = new PassThrough();
  const results = [aResult({ name: "two\nlines" }), aResult()];

  const outcomes = await createStdoutResultSink({ stream }).publish(results, soon());

  const lines = String(stream.read()).split("\n");
  expect(outcomes).toEqual([undefined, undefined]);
  expect(lines.pop()).toBe("");
  expect(lines.map((line) => JSON.parse(line))).toEqual(results);
});

test("writes indented results for people", async () => {
  const stream = new PassThrough();

  await createStdoutResultSink({ stream, pretty: true }).publish([aResult()], soon());

  expect(String(stream.read())).toMatch(/^\{\n {2}"specversion"/);
});

test("says of each result whether it could be written", async () => {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(new Error("EPIPE")),
  }).on("error", () => undefined);

  const outcomes = await createStdoutResultSink({ stream }).publish([aResult()], soon());

  expect(outcomes).toMatchObject([{ code: "EngineLost", retryable: true }]);
});
