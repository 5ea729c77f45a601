import type { Target } from "../../../lib/runs/run.ts";
import type { Victim } from "./victim.ts";

/** What the soak must know of the engine it runs on. */
export interface SoakEngine extends AsyncDisposable {
  readonly config: Record<string, unknown>;
  readonly target: Target;
  /** The truth's directory as a run sees it. */
  readonly inside: string;
  /** How long a launcher has for one batch: short, so that what a killed one held comes back soon, in seconds. */
  readonly launcherSeconds: number;
  infrastructure(script: string): Record<string, unknown>;
  /** Parts of the engine itself that may be killed. */
  readonly victims: readonly Victim[];
}

/** The name under which the soak's own engine is configured. */
export const TARGET = "soak";
