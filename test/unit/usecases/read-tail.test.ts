import { expect, test } from "vitest";
import type { OutputOptions } from "../../../lib/backends/backend.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import { readTail } from "../../../lib/usecases/read-tail.ts";
import { anObservedRun } from "../../support/observed.ts";

const signal = new AbortController().signal;

const outputOf = (...chunks: readonly (string | Uint8Array)[]) => ({
  async *output(_run: unknown, _options: OutputOptions) {
    for (const chunk of chunks) yield { stream: "stdout", bytes: Buffer.from(chunk) } as const;
  },
});

test("gives short output whole", async () => {
  const tail = await readTail(outputOf("one\n", "two\n"), anObservedRun(), 100, signal);

  expect(tail).toEqual({ logs: { tail: "one\ntwo\n", truncated: false }, warning: undefined });
});

test("keeps the end of long output and says that it was cut", async () => {
  const chunks = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`);

  const { logs } = await readTail(outputOf(...chunks), anObservedRun(), 20, signal);

  expect(logs).toEqual({ tail: "line 4998\nline 4999\n", truncated: true });
});

test("never cuts a character in two", async () => {
  const { logs } = await readTail(outputOf("€€€€"), anObservedRun(), 7, signal);

  expect(logs?.tail).toBe("€€");
});

test("masks a secret even where the cut goes through it", async () => {
  const run = anObservedRun({ secrets: ["hunter2-hunter2"] });

  const { logs } = await readTail(outputOf(`${"x".repeat(50)}hunter2-hunter2!`), run, 8, signal);

  expect(logs?.tail).not.toContain("hunter");
});

test("makes any bytes fit for a queue", async () => {
  const bytes = new Uint8Array([
    0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x41, 0xef, 0xbf, 0xbf,
  ]);

  const { logs } = await readTail(outputOf(bytes), anObservedRun(), 100, signal);

  expect(logs?.tail).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD]*$/);
  expect(logs?.tail).toContain("A");
});

test("reads nothing where no output is wanted", async () => {
  const output = () => {
    throw new Error("asked");
  };

  await expect(readTail({ output }, anObservedRun(), 0, signal)).resolves.toEqual({
    logs: null,
    warning: undefined,
  });
});

test("lets the result go without output that cannot be read, and says so", async () => {
  const output = () => {
    throw new LaunchError("ConfigError", "the log driver keeps nothing");
  };

  await expect(readTail({ output }, anObservedRun(), 10, signal)).resolves.toEqual({
    logs: null,
    warning: "its output could not be read: the log driver keeps nothing",
  });
});
