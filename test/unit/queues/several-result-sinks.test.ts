import { expect, test } from "vitest";
import type { ResultSink } from "../../../lib/queues/result-sink.ts";
import { createSeveralResultSinks } from "../../../lib/queues/several-result-sinks.ts";
import { type LaunchError, unavailable } from "../../../lib/runs/launch-error.ts";
import { aResult } from "../../support/results.ts";

test("a result is out when every sink has it, and not before", async () => {
  const [first, second] = [unavailable("first"), unavailable("second")];
  const sinks = createSeveralResultSinks([
    answering(undefined, first, undefined, first),
    answering(undefined, undefined, second, second),
  ]);

  const outcomes = await sinks.publish([aResult(), aResult(), aResult(), aResult()], SIGNAL);

  expect(outcomes).toEqual([undefined, first, second, first]);
});

const SIGNAL = AbortSignal.timeout(1_000);

function answering(...outcomes: (LaunchError | undefined)[]): ResultSink {
  return { publish: async () => outcomes };
}
