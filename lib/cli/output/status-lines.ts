import { describeEnd } from "./describe-result.ts";
import type { RunStatus } from "./describe-run.ts";
import { formatDuration } from "./duration.ts";

/** A run's status for people: label and text, one pair a line. */
export function statusLines(status: RunStatus, now: Date = new Date()): [string, string][] {
  const lines: [string, string | null][] = [
    ["run", status.id],
    ["name", status.name],
    ["state", stateText(status, now)],
    ["cause", status.cause && `${status.cause.code}: ${status.cause.message}`],
    ["hint", status.cause?.hint || null],
    ["where", `${status.type} ${status.identifier}`],
    ["created", status.created_at],
    ["started", status.started_at],
    ["finished", status.finished_at],
    ["result", status.finished_at && (status.published ? "published" : "not published yet")],
    ...status.warnings.map((warning): [string, string] => ["warning", warning]),
  ];
  return lines.filter((line): line is [string, string] => line[1] !== null);
}

function stateText(status: RunStatus, now: Date): string {
  const { state, started_at: from, finished_at: to, reason } = status;
  if (state === "running" && from)
    return `running for ${formatDuration(Math.max(0, now.getTime() - Date.parse(from)))}`;
  if (state === "pending" || state === "running" || state === "unknown")
    return reason ? `${state}: ${reason}` : state;
  const duration_ms = from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;
  return describeEnd({ ...status, state, duration_ms });
}
