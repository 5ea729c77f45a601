import type { ResultSink } from "../../queues/result-sink.ts";
import type { Result } from "../../runs/result.ts";

/** The same sink, with every result that is out told to a listener. */
export function told(sink: ResultSink, listen: (result: Result) => void): ResultSink {
  return {
    async publish(results, signal) {
      const outcomes = await sink.publish(results, signal);
      for (const [index, result] of results.entries()) if (!outcomes[index]) listen(result);
      return outcomes;
    },
  };
}
