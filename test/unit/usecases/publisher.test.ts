import { expect, test } from "vitest";
import type { ResultSink } from "../../../lib/queues/result-sink.ts";
import { LaunchError, unavailable } from "../../../lib/runs/launch-error.ts";
import { terminalResult } from "../../../lib/runs/result.ts";
import { createPublisher, publishOne } from "../../../lib/usecases/publisher.ts";
import { anEnd, anObservedRun } from "../../support/observed.ts";

const signal = new AbortController().signal;
const aResult = (id: string) =>
  terminalResult(anEnd({ run: anObservedRun({ id, uid: id }) }), null);

function recordingSink(fails: (id: string) => boolean = () => false) {
  const batches: string[][] = [];
  const sink: ResultSink = {
    publish: async (results) => {
      batches.push(results.map(({ subject }) => subject));
      return results.map(({ subject }) => (fails(subject) ? unavailable("no room") : undefined));
    },
  };
  return { sink, batches };
}

test("sends what is published in one turn in batches of ten", async () => {
  const { sink, batches } = recordingSink();
  const publisher = createPublisher(sink, signal);

  await Promise.all(
    Array.from({ length: 25 }, (_, index) => publisher.publish(aResult(`${index}`))),
  );

  expect(batches.map(({ length }) => length)).toEqual([10, 10, 5]);
});

test("fails only the result that was not taken", async () => {
  const { sink } = recordingSink((id) => id === "2");
  const publisher = createPublisher(sink, signal);

  const settled = await Promise.allSettled(
    ["1", "2", "3"].map((id) => publisher.publish(aResult(id))),
  );

  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("fails the whole batch where the sink itself breaks, and goes on with the next", async () => {
  let calls = 0;
  const sink: ResultSink = {
    publish: async (results) => {
      if (++calls === 1) throw new LaunchError("EngineLost", "broken");
      return results.map(() => undefined);
    },
  };
  const publisher = createPublisher(sink, signal);

  await expect(publisher.publish(aResult("1"))).rejects.toThrow("broken");
  await expect(publisher.publish(aResult("2"))).resolves.toBeUndefined();
});

test("throws the one result's own error", async () => {
  const { sink } = recordingSink(() => true);

  await expect(publishOne(sink, aResult("1"), signal)).rejects.toThrow("no room");
});
