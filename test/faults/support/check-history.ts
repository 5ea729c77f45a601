import { type Result, TERMINAL_STATES } from "../../../lib/runs/result.ts";
import type { Truth } from "./truth.ts";

export interface Sent {
  readonly id: string;
  readonly exitCode: number;
  /** Whether somebody asked for its end. */
  readonly cancel?: boolean;
}

interface History {
  readonly sent: readonly Sent[];
  readonly results: readonly Result[];
  readonly truth: Awaited<ReturnType<Truth["read"]>>;
}

/**
 * Holds what was sent against what the workloads noted and what the results say; empty where every promise was kept.
 * I1: no run started twice, save by a cluster that made a second pod for the one Job and says so. I2: each ends in at least one terminal result, and all its results agree. I3: no result
 * contradicts what the run itself noted.
 */
export function checkHistory({ sent, results, truth }: History): string[] {
  const starts = countBy(truth.filter(({ event }) => event === "start").map(({ id }) => id));
  const ends = new Set(truth.filter(({ event }) => event === "end").map(({ id }) => id));
  const terminal = Map.groupBy(
    results.filter(({ data }) => TERMINAL_STATES.has(data.state)),
    ({ subject }) => subject,
  );
  return sent.flatMap((request) => {
    const { id } = request;
    const own = terminal.get(id) ?? [];
    const started = starts.get(id) ?? 0;
    return [
      ...(started > startsAllowed(own) ? [`${id} started ${started} times`] : []),
      ...(own.length === 0 ? [`${id} has no result`] : []),
      ...disagreements(id, own),
      ...own.flatMap((result) => contradictions(request, result, started, ends.has(id))),
    ];
  });
}

/** "The same program may sometimes be started twice", Kubernetes says of Jobs: the result has to say how often. */
const startsAllowed = (results: readonly Result[]) =>
  Math.max(
    1,
    ...results.map(({ data }) => (data.type === "kubernetes-job" ? (data.attempts ?? 0) : 0)),
  );

function disagreements(id: string, results: readonly Result[]): string[] {
  const told = new Set(
    results.map(
      ({ id: event, data }) =>
        `${event} ${data.state} ${data.status_code} ${data.cause?.code ?? ""}`,
    ),
  );
  return told.size > 1 ? [`${id} has results that disagree: ${[...told].join(", ")}`] : [];
}

function contradictions(
  { id, exitCode, cancel = false }: Sent,
  { data }: Result,
  started: number,
  ended: boolean,
): string[] {
  const says = `${data.state} (${data.cause?.code ?? "no cause"}, ${data.status_code})`;
  if (data.state === "completed" && !(ended && exitCode === 0))
    return [`${id} did not complete but is ${says}`];
  if (tellsAnExit(data) && !(ended && exitCode === data.status_code))
    return [`${id} is ${says}, but it noted ${ended ? `exit ${exitCode}` : "no end"}`];
  if (data.state === "cancelled" && !cancel) return [`${id} is ${says}, but nobody cancelled it`];
  if (tellsOfNoStart(data) && started > 0) return [`${id} ran but is ${says}`];
  return [];
}

/** What kills a run from outside, an engine that went down included, leaves a code of its own: a signal's, or 255. */
const FIRST_CODE_OF_OTHERS = 126;

/** A crash may well tell the exit, too: a run can have ended before its engine failed it. */
function tellsAnExit({ state, cause, status_code: code }: Result["data"]): boolean {
  if (state === "failed") return cause?.code === "Exit";
  return (
    state === "crashed" && typeof code === "number" && code >= 0 && code < FIRST_CODE_OF_OTHERS
  );
}

const tellsOfNoStart = ({ state, cause }: Result["data"]) =>
  state === "rejected" || ["SubmissionFailed", "NeverStarted"].includes(cause?.code ?? "");

function countBy(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
