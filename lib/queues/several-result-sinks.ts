import type { ResultSink } from "./result-sink.ts";

/**
 * Every result goes to every sink, and is out when all of them have it. One that is not is published again to all: those
 * that had it recognise the copy by its id.
 */
export function createSeveralResultSinks(sinks: readonly ResultSink[]): ResultSink {
  return {
    async publish(results, signal) {
      const outcomes = await Promise.all(sinks.map((sink) => sink.publish(results, signal)));
      return results.map((_, index) =>
        outcomes.map((ofSink) => ofSink[index]).find((error) => error !== undefined),
      );
    },
  };
}
