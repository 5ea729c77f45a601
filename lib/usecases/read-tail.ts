import type { Backend, OutputPiece } from "../backends/backend.ts";
import { LaunchError } from "../runs/launch-error.ts";
import type { ObservedRun } from "../runs/observation.ts";
import { outputTail } from "../runs/output-tail.ts";
import type { ResultData } from "../runs/result.ts";

/** A secret that the cut would split is still recognised: this much more is read, masked, and then cut off. */
const MARGIN_BYTES = 4_096;

/** An engine that does not hand out its output in this time does not hold up the result. */
const LOGS_DEADLINE_MS = 10_000;

export interface Tail {
  /** null where the output is not wanted or not to be had; then `warning` says why. */
  readonly logs: ResultData["logs"];
  readonly warning: string | undefined;
}

/** The end of a run's output, at most `maxBytes` of valid UTF-8, secrets masked. A result never waits or fails for it. */
export async function readTail(
  backend: Pick<Backend, "output">,
  run: ObservedRun,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Tail> {
  if (maxBytes === 0) return { logs: null, warning: undefined };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOGS_DEADLINE_MS)]);
  try {
    const wanted = maxBytes + MARGIN_BYTES;
    const end = await lastBytes(
      backend.output(run, { tailBytes: wanted, signal: deadline }),
      wanted,
    );
    return { logs: outputTail(end, maxBytes, run.secrets), warning: undefined };
  } catch (error) {
    const reason = error instanceof LaunchError ? error.message : "the engine did not answer";
    return { logs: null, warning: `its output could not be read: ${reason}` };
  }
}

/** Reads to the end and keeps the last `count` bytes, whatever the engine sends. */
async function lastBytes(pieces: AsyncIterable<OutputPiece>, count: number): Promise<Uint8Array> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const { bytes } of pieces) {
    kept.push(Buffer.from(bytes));
    size += bytes.length;
    if (size > 2 * count) {
      const end = Buffer.concat(kept).subarray(-count);
      kept = [Buffer.from(end)];
      size = end.length;
    }
  }
  return Buffer.concat(kept).subarray(-count);
}
