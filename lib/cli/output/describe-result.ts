import type { ResultData, State } from "../../runs/result.ts";
import type { Style } from "../terminal.ts";
import { formatDuration } from "./duration.ts";
import { problemLines } from "./problem-lines.ts";

export interface StateLook {
  readonly sign: string;
  readonly style: Style;
}

/** How a state looks in every list and line. */
export const STATE_LOOKS: Record<State, StateLook> = {
  submitted: { sign: "▸", style: "cyan" },
  completed: { sign: "✔", style: "green" },
  failed: { sign: "✖", style: "red" },
  crashed: { sign: "✖", style: "magenta" },
  cancelled: { sign: "■", style: "yellow" },
  rejected: { sign: "✖", style: "red" },
  delayed: { sign: "…", style: "yellow" },
};

/** A result in one line without the run's id: `failed with exit code 3 after 1.2 s`. */
export function describeEnd(
  data: Pick<ResultData, "state" | "status_code" | "duration_ms">,
): string {
  const { state, status_code: code, duration_ms: duration } = data;
  const withCode = code !== null && state !== "completed" ? ` with ${describeCode(code)}` : "";
  const after = duration === null ? "" : ` after ${formatDuration(duration)}`;
  return `${state}${withCode}${after}`;
}

/** Why, and what to do, one line each: empty for a run that completed. */
export function explainEnd({ cause, problems, warnings }: ResultData): string[] {
  const causes = cause ? [`${cause.code}: ${cause.message}`] : [];
  const why = problems.length > 0 ? problemLines(problems) : causes;
  const hint = cause?.hint ? [cause.hint] : [];
  return [...why, ...hint, ...warnings.map((warning) => `warning: ${warning}`)];
}

function describeCode(code: number): string {
  return code < -1 ? `signal ${-code}` : code === -1 ? "no exit code" : `exit code ${code}`;
}
