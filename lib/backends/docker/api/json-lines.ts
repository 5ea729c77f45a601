import type { IncomingMessage } from "node:http";

/**
 * The JSON values of a stream that has one on each line; what is no JSON is passed over. Throws where the stream breaks
 * off. Not readline: that lets a broken stream's error out where nobody can catch it.
 */
export async function* jsonLines(stream: IncomingMessage): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield* parse(line);
  }
  yield* parse(rest);
}

function* parse(line: string): Generator<unknown> {
  try {
    yield JSON.parse(line);
  } catch {
    // an empty line keeps the connection alive; half a line tells nothing
  }
}
