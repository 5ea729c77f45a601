import type { Backend, OutputPiece } from "../../backends/backend.ts";
import type { ObservedRun } from "../../runs/observation.ts";
import { maskedOutput } from "./masked-output.ts";
import { PAUSE } from "./with-pauses.ts";

/** What shows a run's output. */
export interface OutputView {
  /** Resolves when there is room for more. */
  output(piece: OutputPiece): Promise<void>;
  /** Nothing has come for a moment: what is held back of a line may be shown. */
  quiet(): Promise<void>;
}

/**
 * Hands a run's output on as it comes, secrets masked, until the run ends or the signal aborts. Returns whether all of it
 * could be read: an engine that will not give it out is no reason to stop following its run.
 */
export async function streamOutput(
  backend: Pick<Backend, "output">,
  run: ObservedRun,
  view: OutputView,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const output = backend.output(run, { signal, follow: true });
    for await (const piece of maskedOutput(output, run.secrets)) {
      if (piece === PAUSE) await view.quiet();
      else await view.output(piece);
    }
    return !signal.aborted;
  } catch {
    return false;
  }
}
