import { isEnded, type Observation } from "../../runs/observation.ts";
import { type ResultData, terminalResult } from "../../runs/result.ts";

/** How a run stands, in the fields of a result's data as far as they are known before its end. */
export interface RunStatus {
  readonly id: string;
  readonly type: string;
  readonly target: string;
  readonly name: string | null;
  readonly identifier: string;
  readonly state: "pending" | "running" | "unknown" | ResultData["state"];
  /** Why it is pending or cannot be judged; null elsewhere. */
  readonly reason: string | null;
  readonly status_code: number | null;
  readonly cause: ResultData["cause"];
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** Whether its terminal result has been published. */
  readonly published: boolean;
  readonly warnings: readonly string[];
}

export function statusOf(observation: Observation): RunStatus {
  const { run } = observation;
  const known = {
    id: run.key.id,
    type: run.key.target.type,
    target: run.key.target.name,
    name: run.key.name ?? null,
    identifier: run.identifier,
    created_at: run.createdAt,
    published: run.settled,
    warnings: run.warnings,
  };
  if (!isEnded(observation)) return { ...known, ...NOT_ENDED, ...standingOf(observation) };
  const { state, status_code, cause, started_at, finished_at } = terminalResult(
    observation,
    null,
  ).data;
  return { ...known, state, status_code, cause, started_at, finished_at, reason: null };
}

function standingOf(observation: Exclude<Observation, { state: "ended" }>) {
  const { state } = observation;
  return state === "running"
    ? { state, started_at: observation.startedAt, reason: null }
    : { state, started_at: null, reason: observation.reason };
}

const NOT_ENDED = { status_code: null, cause: null, finished_at: null };
