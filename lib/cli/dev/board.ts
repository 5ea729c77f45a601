import { isEnded, type Observation } from "../../runs/observation.ts";
import { type Result, terminalResult } from "../../runs/result.ts";
import { type Row, toRow } from "../output/runs-table.ts";

/** What one machine's Slipway is doing: the latest runs, each with the latest that is known of it. */
export interface Board {
  /** What an engine showed, or a result said. Returns the row where that is news. */
  see(news: Observation | Result): Row | undefined;
  /** The latest runs, the latest last. */
  rows(count: number): readonly Row[];
}

const KEPT = 500;

export function createBoard(): Board {
  const rows = new Map<string, Row>();
  return {
    see(news) {
      const row = "run" in news ? rowOf(news) : toRow(news.data);
      const known = rows.get(row.id);
      if (known && RANKS[row.state] <= RANKS[known.state]) return undefined;
      rows.delete(row.id); // to the end
      rows.set(row.id, row);
      for (const id of rows.keys()) if (rows.size > KEPT) rows.delete(id);
      return row;
    },
    rows: (count) => (count > 0 ? [...rows.values()].slice(-count) : []),
  };
}

/** A run only goes forward; news may arrive in another order than it came about. */
const RANKS: Record<Row["state"], number> = {
  delayed: 0,
  unknown: 0,
  submitted: 1,
  pending: 2,
  running: 3,
  completed: 4,
  failed: 4,
  crashed: 4,
  cancelled: 4,
  rejected: 4,
};

function rowOf(observation: Observation): Row {
  if (isEnded(observation)) return toRow(terminalResult(observation, null).data);
  const { run, state } = observation;
  return {
    id: run.key.id,
    name: run.key.name ?? null,
    identifier: run.identifier,
    state,
    status_code: null,
    duration_ms: null,
    cause: null,
  };
}
