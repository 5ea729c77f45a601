import type { Config } from "../../../lib/config/config.ts";
import type { Target } from "../../../lib/runs/run.ts";
import type { Upstream } from "./exchange.ts";

/** One real engine that a trial runs on, told by what a trial must know of it. */
export interface Stage extends AsyncDisposable {
  readonly name: string;
  /** What stands behind the fault proxy; undefined where the engine is not reached over a network. */
  readonly upstream: Upstream | undefined;
  /** Whether several trials may be on it at once: their places are apart. */
  readonly concurrent: boolean;
  /** How the proxy itself is served, where the client insists on TLS. */
  readonly serve?: { readonly cert: string; readonly key: string };

  /** A place of its own on the engine for one trial: no other trial's runs are seen in it. */
  enter(proxyPort: number | undefined, truthDirectory: string): Promise<Place>;
}

export interface Place extends AsyncDisposable {
  readonly config: Config;
  readonly target: Target;
  /** The truth's directory as a run sees it. */
  readonly inside: string;
  infrastructure(script: string): Record<string, unknown>;
  /** What is left of anything of ours, by name, for people. */
  leftovers(): Promise<readonly string[]>;
}
