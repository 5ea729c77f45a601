import type { Backend } from "../../lib/backends/backend.ts";
import type { Spec } from "../../lib/runs/infrastructure.ts";
import type { ObservedRun } from "../../lib/runs/observation.ts";
import type { Run, RunKey, Target } from "../../lib/runs/run.ts";

export interface LauncherOptions {
  /** `config.retention_seconds` */
  readonly retentionSeconds?: number;
  readonly launcherTimeoutMs?: number;
}

/**
 * A real engine under the contract. What the engine cannot do or does in another way is said here, so that the cases
 * themselves know no engine.
 */
export interface ContractSubject<S extends Spec = Spec> {
  readonly target: Target;
  /** The longest that one change of state may take on this engine, in milliseconds: the deadline of every wait. */
  readonly patienceMs: number;

  /** How long a run lasts that is to be seen running, in seconds: 2 unless the engine takes longer to show anything. */
  readonly momentSeconds?: number;

  /** Another launcher or watcher on the same engine, or a restarted one; it shares nothing with those made before. */
  createBackend(options?: LauncherOptions): Backend<S>;

  /** A spec that runs `/bin/sh -c SCRIPT`; `fields` are those that every infrastructure has. */
  specOf(script: string, fields?: Record<string, unknown>): S;

  /**
   * How often the engine started the run's command. It must count a start of any object of this run, not only of the
   * one that holds its name now (a line that the command appends to a file outside, the engine's own events).
   */
  countStarts(key: RunKey): Promise<number>;

  /** What is left of a run on its engine, by name, for people: empty where nothing of it exists any more. */
  leftovers(key: RunKey): Promise<readonly string[]>;

  /**
   * `submit` in a launcher that is gone for good once its first `calls` calls to the outside were carried out and before
   * the next one, as SIGKILL would have it (0: before the first). finished: it needed no further call.
   */
  submitKilledAfter(
    run: Run<S>,
    calls: number,
    options?: LauncherOptions,
  ): Promise<"killed" | "finished">;

  /** Takes a run's object away as a user with the engine's own tool does. Left out where nothing could show it. */
  readonly removeByHand?: (run: ObservedRun) => Promise<void>;

  /** Makes what a crashed launcher leaves behind that belongs to no run, old enough for the sweep. */
  readonly leaveOrphan?: () => Promise<{ exists(): Promise<boolean> }>;

  /** Makes one run unreadable behind our back. Left out where the engine lets nobody do so. */
  readonly breakRun?: (run: ObservedRun) => Promise<void>;

  /** A script that dies of SIGKILL and the code that this engine then reports. Left out where pid 1 cannot die so. */
  readonly deathBySignal?: { readonly script: string; readonly statusCode: number };

  /** The engine keeps output as text: U+FFFD stands for every byte that is none. */
  readonly outputIsText?: true;

  /** Whether a cancelled run's output can be read once it has ended. */
  readonly keepsOutputOfCancelled: boolean;

  /** Removes every run and everything else that this subject made. */
  dispose(): Promise<void>;
}
