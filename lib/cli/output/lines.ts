/** A line longer than this is handed on in pieces, so that one without an end never fills the memory. */
const MAX_LINE_BYTES = 65_536;

/** Whole lines of UTF-8 text out of bytes as they come; what is not UTF-8 becomes U+FFFD, and `\r\n` ends a line too. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.map(withoutReturn);
    if (rest.length > MAX_LINE_BYTES) {
      yield rest;
      rest = "";
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield withoutReturn(rest);
}

const withoutReturn = (line: string) => (line.endsWith("\r") ? line.slice(0, -1) : line);
