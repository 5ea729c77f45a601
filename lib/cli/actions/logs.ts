import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { OutputPiece } from "../../backends/backend.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { requireRun } from "../find-run.ts";
import { maskedOutput } from "../following/masked-output.ts";
import { PAUSE } from "../following/with-pauses.ts";
import { linesOf } from "../output/lines.ts";
import type { Terminal } from "../terminal.ts";

interface LogsOptions extends CommonOptions {
  readonly id: string;
  readonly follow: boolean;
  readonly bytes: number | undefined;
}

/** Writes a run's output to stdout, both streams of it, secrets masked, as fast as stdout takes it. */
export async function logs(options: LogsOptions, terminal: Terminal): Promise<number> {
  await withEngines(options, terminal, async (engines) => {
    const { backend, observation } = await requireRun(engines, options.id);
    const output = backend.output(observation.run, {
      signal: new AbortController().signal, // it ends with the output, or with this process
      follow: options.follow,
      ...(options.bytes === undefined ? {} : { tailBytes: options.bytes }),
    });
    const masked = bytesOf(maskedOutput(output, observation.run.secrets));
    const shown = options.json ? jsonLines(masked) : masked;
    await pipeline(Readable.from(shown), terminal.stdout, { end: false });
  });
  return EXIT.ok;
}

async function* bytesOf(
  pieces: AsyncIterable<OutputPiece | typeof PAUSE>,
): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) if (piece !== PAUSE) yield piece.bytes;
}

async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  for await (const line of linesOf(chunks)) yield `${JSON.stringify({ line })}\n`;
}
