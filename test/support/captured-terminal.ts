import { PassThrough, Readable } from "node:stream";
import type { Terminal } from "../../lib/cli/terminal.ts";

export interface CapturedTerminal extends Terminal {
  out(): string;
  err(): string;
}

/** A terminal nobody looks at, whose streams are kept. */
export function aTerminal({
  input = "",
  ...rest
}: Partial<Terminal> & { input?: string } = {}): CapturedTerminal {
  const stdout = new PassThrough({ highWaterMark: 1_048_576 });
  const stderr = new PassThrough({ highWaterMark: 1_048_576 });
  return {
    stdin: Readable.from([input]),
    stdout,
    stderr,
    env: { PATH: process.env.PATH },
    cwd: process.cwd(),
    ...rest,
    out: captured(stdout),
    err: captured(stderr),
  };
}

function captured(stream: PassThrough): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text + (stream.read() ?? "");
}
