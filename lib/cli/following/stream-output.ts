import type { Backend } from "../../backends/backend.ts";
import type { ObservedRun } from "../../runs/observation.ts";
import { mask } from "../../runs/redact.ts";
import { linesOf } from "../output/lines.ts";

/**
 * Hands a run's output on, line by line and secrets masked, until the run ends or the signal aborts. Returns whether
 * all of it could be read: an engine that will not give it out is no reason to stop following its run.
 */
export async function streamOutput(
  backend: Pick<Backend, "output">,
  run: ObservedRun,
  show: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const line of linesOf(backend.output(run, { signal, follow: true })))
      await show(mask(line, run.secrets));
    return !signal.aborted;
  } catch {
    return false;
  }
}
