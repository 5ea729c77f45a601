import type { Target } from "../../../lib/runs/run.ts";
import type { Victim } from "./victim.ts";

/** What the soak must know of the engine it runs on. */
export interface SoakEngine extends AsyncDisposable {
  readonly config: Record<string, unknown>;
  readonly target: Target;
  /** The truth's directory as a run sees it. */
  readonly inside: string;
  infrastructure(script: string): Record<string, unknown>;
  /** Parts of the engine itself that may be killed. */
  readonly victims: readonly Victim[];
}

/** Processes of this machine, their run directories in a folder of the soak's own. */
export function processEngine(directory: string, truthDirectory: string): SoakEngine {
  return {
    config: { process: { directory } },
    target: { type: "process", name: "default" },
    inside: truthDirectory,
    infrastructure: (script) => ({ type: "process", command: ["/bin/sh", "-c", script] }),
    victims: [],
    async [Symbol.asyncDispose]() {},
  };
}
