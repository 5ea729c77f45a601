import type { Backend } from "../../backends/backend.ts";
import { LaunchError } from "../../runs/launch-error.ts";
import type { Observation } from "../../runs/observation.ts";
import type { Target } from "../../runs/run.ts";

const LOOK_DEADLINE_MS = 15_000;

/** Where one run is, or will be. */
export interface RunPlace {
  readonly backend: Pick<Backend, "find" | "output">;
  readonly target: Target;
  readonly id: string;
}

/** The run as its engine shows it now; undefined where it is not there or the engine does not answer. */
export async function lookAt(
  { backend, target, id }: RunPlace,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]);
  try {
    return await backend.find(target, id, deadline);
  } catch (error) {
    if (deadline.aborted || (error instanceof LaunchError && error.retryable)) return undefined;
    throw error;
  }
}
