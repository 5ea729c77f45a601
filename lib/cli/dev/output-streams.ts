import type { Backend } from "../../backends/backend.ts";
import { isEnded, type Observation } from "../../runs/observation.ts";
import { streamOutput } from "../following/stream-output.ts";
import { createLineOutput } from "../output/run-output.ts";

/** Beyond this the output of further runs is left to `slipway logs`: nobody reads a hundred at once. */
const AT_ONCE = 32;
/** A run is observed again until its result is out, and not for long after. */
const REMEMBERED = 10_000;

/** The output of every run that wants it shown, each read once, from when it has started. */
export function createOutputStreams(
  show: (label: string, line: string) => void,
  signal: AbortSignal,
): (observation: Observation, backend: Backend) => void {
  const seen = new Set<string>();
  let streaming = 0;
  return (observation, backend) => {
    const { run } = observation;
    const hasStarted =
      observation.state === "running" || (isEnded(observation) && observation.attempts > 0);
    if (!hasStarted || !run.streamOutput || seen.has(run.uid) || streaming >= AT_ONCE) return;
    seen.add(run.uid);
    for (const uid of seen) if (seen.size > REMEMBERED) seen.delete(uid);
    streaming++;
    const label = run.key.name ?? run.key.id;
    const lines = createLineOutput(async (line) => show(label, textOf(line)));
    void streamOutput(backend, run, lines, signal)
      .then(lines.end)
      .finally(() => streaming--);
  };
}

const textOf = (line: Buffer) => line.toString("utf8").replace(/\r$/, "");
