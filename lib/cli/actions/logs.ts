import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mask } from "../../runs/redact.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { requireRun } from "../find-run.ts";
import { linesOf } from "../output/lines.ts";
import type { Terminal } from "../terminal.ts";

interface LogsOptions extends CommonOptions {
  readonly id: string;
  readonly follow: boolean;
  readonly bytes: number | undefined;
}

/** Writes a run's output to stdout, secrets masked, as fast as stdout takes it. */
export async function logs(options: LogsOptions, terminal: Terminal): Promise<number> {
  await withEngines(options, terminal, async (engines) => {
    const { backend, observation } = await requireRun(engines, options.id);
    const output = backend.output(observation.run, {
      signal: new AbortController().signal, // it ends with the output, or with this process
      follow: options.follow,
      ...(options.bytes === undefined ? {} : { tailBytes: options.bytes }),
    });
    const lines = maskedLines(output, observation.run.secrets, options.json);
    await pipeline(Readable.from(lines), terminal.stdout, { end: false });
  });
  return EXIT.ok;
}

async function* maskedLines(
  output: AsyncIterable<Uint8Array>,
  secrets: readonly string[],
  json: boolean,
): AsyncIterable<string> {
  for await (const line of linesOf(output)) {
    const masked = mask(line, secrets);
    yield `${json ? JSON.stringify({ line: masked }) : masked}\n`;
  }
}
