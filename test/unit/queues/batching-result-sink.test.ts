import { expect, test } from "vitest";
import {
  type BatchService,
  createBatchingResultSink,
} from "../../../lib/queues/batching-result-sink.ts";
import { toBody } from "../../../lib/queues/message-body.ts";
import { aResult } from "../../support/results.ts";

const SIGNAL = AbortSignal.timeout(10_000);

test("sends at most as many entries and bytes in one call as the service takes", async () => {
  const sent: string[][] = [];
  const sink = createBatchingResultSink(aService({ sent, maxEntries: 2, maxBytes: 3_000 }));
  const long = () => aResult({ logs: { tail: "x".repeat(2_000), truncated: false } });

  await sink.publish([aResult(), aResult(), aResult(), long(), long()], SIGNAL);

  expect(sent.map((batch) => batch.length)).toEqual([2, 1, 1, 1]);
});

test("shortens what is too long rather than keep it back", async () => {
  const sent: string[][] = [];
  const sink = createBatchingResultSink(aService({ sent, maxBytes: 2_000 }));

  const outcomes = await sink.publish(
    [aResult({ logs: { tail: "é".repeat(9_000), truncated: false } })],
    SIGNAL,
  );

  expect(outcomes).toEqual([undefined]);
  expect(Buffer.byteLength(sent.flat().join(""))).toBeLessThanOrEqual(2_000);
});

test("reports the entry that was refused, and no neighbour of it", async () => {
  const sink = createBatchingResultSink(
    aService({ send: async () => [undefined, "InternalFailure", undefined] }),
  );

  const outcomes = await sink.publish([aResult(), aResult(), aResult()], SIGNAL);

  expect(outcomes).toMatchObject([
    undefined,
    { retryable: true, message: "Test could not publish a result: InternalFailure" },
    undefined,
  ]);
});

test("reports every result of a call that failed, and none of the next call", async () => {
  let calls = 0;
  const sink = createBatchingResultSink(
    aService({
      maxEntries: 2,
      send: async (entries) => {
        if (calls++ === 0) throw new TypeError("socket hang up");
        return entries.map(() => undefined);
      },
    }),
  );

  const outcomes = await sink.publish([aResult(), aResult(), aResult()], SIGNAL);

  const failed = { retryable: true, message: expect.stringContaining("socket hang up") };
  expect(outcomes).toMatchObject([failed, failed, undefined]);
});

function aService(
  overrides: Partial<BatchService<string>> & { sent?: string[][] } = {},
): BatchService<string> {
  const { sent = [], ...others } = overrides;
  return {
    name: "Test",
    maxBytes: 262_144,
    maxEntries: 10,
    overheadBytes: 0,
    toEntry: toBody,
    sizeOf: Buffer.byteLength,
    async send(entries) {
      sent.push([...entries]);
      return entries.map(() => undefined);
    },
    ...others,
  };
}
