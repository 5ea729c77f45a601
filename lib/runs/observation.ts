import type { Cause } from "./cause.ts";
import type { RunKey } from "./run.ts";

/** A run as its engine shows it: what settling, cancelling and reading its output need. */
export interface ObservedRun {
  readonly key: RunKey;
  /** Where it is, for people: `namespace/job`, the container's name, `HOST:PID`. */
  readonly identifier: string;
  /** The engine's own identity of this very object; another object of the same name has another one. */
  readonly uid: string;
  /** The engine's version of what was seen; settling refuses to act on another where the engine can tell. */
  readonly revision: string;
  /** `source` of its results: `/kubernetes/prod/default`, `/docker/builders`, `/process/HOST`. */
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Values that its output may hold and no result may show. */
  readonly secrets: readonly string[];
  /** Whether its output's tail goes to the watcher's log when it ends. */
  readonly streamOutput: boolean;
  /** Whether its terminal result is out (only `find` shows settled runs; `open` never does). */
  readonly settled: boolean;
  /** When the engine made it, by the engine's clock, ISO 8601. */
  readonly createdAt: string;
  /** W3C trace context that the run was given; its results carry it. undefined where it was given none. */
  readonly traceparent?: string | undefined;
  /** What its sender is to be told besides (an option that this engine cannot honour, say). */
  readonly warnings: readonly string[];
}

/** How a run stands, judged from what the engine said and from nothing else. */
export type Observation =
  | { readonly state: "pending"; readonly run: ObservedRun; readonly reason: string }
  | { readonly state: "running"; readonly run: ObservedRun; readonly startedAt: string }
  | Ended
  /** The engine did not say enough to judge; nothing is published and nothing done. */
  | { readonly state: "unknown"; readonly run: ObservedRun; readonly reason: string };

/** Final: it will not run (again). Never started, removed and fenced runs are ends like any other, told apart by their cause. */
export interface Ended {
  readonly state: "ended";
  readonly run: ObservedRun;
  readonly outcome: "completed" | "failed" | "crashed" | "cancelled" | "rejected";
  /** The command's exit code; negative for a signal where the engine reports signals so; -1 where there is none. */
  readonly statusCode: number;
  /** null for `completed` only. */
  readonly cause: Cause | null;
  /** ISO 8601 by the engine's clock; undefined where it never started or the engine does not know. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** How many times the engine started the command. */
  readonly attempts: number;
  /** Something besides the command (an init container, say) left output, even if the command was never started. */
  readonly hasOutput?: boolean;
}

export function isEnded(observation: Observation): observation is Ended {
  return observation.state === "ended";
}
