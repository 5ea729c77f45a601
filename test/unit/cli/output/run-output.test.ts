import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import {
  createLabelledOutput,
  createPlainOutput,
  type RunOutput,
} from "../../../../lib/cli/output/run-output.ts";

/** Enough for everything that is written before anything is read. */
const ROOM = 1_000_000;

function screen(isTTY = false) {
  const stdout = Object.assign(new PassThrough({ highWaterMark: ROOM }), { isTTY });
  const stderr = Object.assign(new PassThrough({ highWaterMark: ROOM }), { isTTY });
  const streams = { stdout, stderr };
  const shown = () => [stdout, stderr].map((stream) => (stream.read() ?? "").toString("latin1"));
  return { streams, shown };
}

const say = (output: RunOutput, stream: "stdout" | "stderr", text: string) =>
  output.output({ stream, bytes: Buffer.from(text, "latin1") });

test("the bytes of one run come as they are, each on its own stream, without waiting for a line's end", async () => {
  const { streams, shown } = screen();
  const output = createPlainOutput(streams);

  await say(output, "stdout", "10 %\r\xff\x00");
  await say(output, "stderr", "warning");

  expect(shown()).toEqual(["10 %\r\xff\x00", "warning"]);
  await output.end();
  expect(shown()).toEqual(["", ""]);
});

test("a line without an end gets one on a terminal, before anything else is said there", async () => {
  const { streams, shown } = screen(true);
  const output = createPlainOutput(streams);

  await say(output, "stdout", "whole\n");
  await say(output, "stderr", "prompt> ");
  await output.end();

  expect(shown()).toEqual(["whole\n", "prompt> \n"]);
});

test("the lines of one run of several stand behind its label, whole", async () => {
  const { streams, shown } = screen();
  const output = createLabelledOutput(streams, "a | ");

  await say(output, "stdout", "one\ntw");
  expect(shown()).toEqual(["a | one\n", ""]);
  await say(output, "stdout", "o\n\n");
  await say(output, "stderr", "oops\n");

  expect(shown()).toEqual(["a | two\na | \n", "a | oops\n"]);
});

test("a part of a labelled line is shown after a moment, and at the end", async () => {
  const { streams, shown } = screen();
  const output = createLabelledOutput(streams, "a | ");

  await say(output, "stdout", "prompt> ");
  await output.quiet();
  expect(shown()).toEqual(["a | prompt> \n", ""]);
  await say(output, "stderr", "rest");
  await output.end();

  expect(shown()).toEqual(["", "a | rest\n"]);
});

test("an endless labelled line is shown in parts", async () => {
  const { streams, shown } = screen();
  const output = createLabelledOutput(streams, "");

  await say(output, "stdout", "x".repeat(70_000));

  expect(shown()[0]).toBe(`${"x".repeat(70_000)}\n`);
});
