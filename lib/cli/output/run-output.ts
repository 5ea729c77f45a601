import { once } from "node:events";
import type { Writable } from "node:stream";
import type { OutputStream } from "../../backends/backend.ts";
import type { OutputView } from "../following/stream-output.ts";
import { isTerminal } from "../terminal.ts";

/** Where a run's own two streams go to. */
export type RunStreams = Readonly<Record<OutputStream, Writable>>;

export interface RunOutput extends OutputView {
  /** Shows what is held back, before anything else is written. */
  end(): Promise<void>;
}

const NEWLINE = 0x0a;

/** The output of a run that is alone on the screen: the very bytes that it wrote, each on the stream that it chose. */
export function createPlainOutput(streams: RunStreams): RunOutput {
  let open: Writable | undefined;
  return {
    async output({ stream, bytes }) {
      open = bytes.at(-1) === NEWLINE ? undefined : streams[stream];
      await write(streams[stream], bytes);
    },
    async quiet() {},
    async end() {
      // On a terminal, what comes next would stand in the same line; elsewhere it would be a byte too many.
      if (open && isTerminal(open)) await write(open, LINE_END);
      open = undefined;
    },
  };
}

/** The output of one run of several: line by line, each behind its label. */
export function createLabelledOutput(streams: RunStreams, label: string): RunOutput {
  const prefix = Buffer.from(label);
  return createLineOutput((line, stream) =>
    write(streams[stream], Buffer.concat([prefix, line, LINE_END])),
  );
}

/** Longer lines are shown in parts, so that one without an end never fills the memory. */
const MAX_LINE_BYTES = 65_536;

/** Output by whole lines, without their ends; what there is of a line is shown after a moment. */
export function createLineOutput(
  show: (line: Buffer, stream: OutputStream) => Promise<void>,
): RunOutput {
  const held: Record<OutputStream, Buffer> = { stdout: NOTHING, stderr: NOTHING };
  const showHeld = async () => {
    for (const stream of ["stdout", "stderr"] as const) {
      const line = held[stream];
      held[stream] = NOTHING;
      if (line.length > 0) await show(line, stream);
    }
  };
  return {
    async output({ stream, bytes }) {
      let rest = Buffer.concat([held[stream], bytes]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        const line = rest.subarray(0, end);
        rest = rest.subarray(end + 1);
        await show(line, stream);
      }
      held[stream] = rest;
      if (rest.length > MAX_LINE_BYTES) await showHeld();
    },
    quiet: showHeld,
    end: showHeld,
  };
}

const NOTHING = Buffer.alloc(0);
const LINE_END = Buffer.from("\n");

async function write(out: Writable, bytes: Uint8Array): Promise<void> {
  if (!out.write(bytes)) await once(out, "drain");
}
