import Table from "cli-table3";
import type { ResultData } from "../../runs/result.ts";
import type { Style } from "../terminal.ts";
import { STATE_LOOKS } from "./describe-result.ts";
import { formatDuration } from "./duration.ts";

/** One run as a row: what is known of it so far. */
export type Row = Pick<ResultData, "id" | "name" | "identifier" | "status_code" | "duration_ms"> & {
  readonly state: ResultData["state"] | "pending" | "running" | "unknown";
  /** The cause's code; null where there is none. */
  readonly cause: string | null;
};

const LOOKS: Record<Row["state"], { sign: string; style: Style }> = {
  ...STATE_LOOKS,
  pending: { sign: "·", style: "dim" },
  running: { sign: "▸", style: "cyan" },
  unknown: { sign: "?", style: "dim" },
};

/** Runs side by side. `paint` colours for where the table goes. */
export function runsTable(
  rows: readonly Row[],
  paint: (style: Style, text: string) => string,
): string {
  const table = new Table({
    head: ["run", "name", "state", "code", "took", "cause", "where"].map((title) =>
      paint("dim", title),
    ),
    style: { head: [], border: [], compact: true },
    chars: BORDERLESS,
  });
  for (const row of rows) table.push(cells(row, paint));
  return table.toString();
}

function cells(row: Row, paint: (style: Style, text: string) => string): string[] {
  const { sign, style } = LOOKS[row.state];
  return [
    row.id,
    row.name ?? "–",
    paint(style, `${sign} ${row.state}`),
    row.status_code === null ? "–" : String(row.status_code),
    row.duration_ms === null ? "–" : formatDuration(row.duration_ms),
    row.cause ?? "–",
    row.identifier ?? "–",
  ];
}

/** Columns of white space: a table that can be copied out of a terminal. */
const BORDERLESS = Object.fromEntries(
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle"
    .split(" ")
    .map((place) => [place, place === "middle" ? "  " : ""]),
);

export function toRow({ cause, ...data }: ResultData): Row {
  return { ...data, cause: cause?.code ?? null };
}
