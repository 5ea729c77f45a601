import { type LaunchError, unavailable } from "../runs/launch-error.ts";
import type { ResultSink } from "./result-sink.ts";

interface Options {
  readonly stream?: NodeJS.WritableStream;
  /** Indented, for people; otherwise one line each. */
  readonly pretty?: boolean;
}

/** Results on the standard output, where no queue is named. */
export function createStdoutResultSink({
  stream = process.stdout,
  pretty = false,
}: Options = {}): ResultSink {
  return {
    publish: (results) =>
      Promise.all(
        results.map((result) => writeLine(stream, JSON.stringify(result, null, pretty ? 2 : 0))),
      ),
  };
}

function writeLine(stream: NodeJS.WritableStream, line: string): Promise<LaunchError | undefined> {
  return new Promise((resolve) => {
    stream.write(`${line}\n`, (error) =>
      resolve(error ? unavailable("the result could not be written", { cause: error }) : undefined),
    );
  });
}
