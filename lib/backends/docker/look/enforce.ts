import type { Observation } from "../../../runs/observation.ts";
import type { Container } from "../api/engine-answers.ts";
import { claim, startClaimed } from "../claim.ts";
import type { Evidence } from "../judge/judge.ts";
import { type RunFacts, readFacts } from "../labels.ts";
import { findMarks, type Marked } from "../marks.ts";
import { orderEnd, orderStop } from "../stop.ts";
import { stopOrderOf } from "../stop-order.ts";
import { giveUp } from "../submit.ts";
import { look, type Place } from "./place.ts";

export interface Limits {
  /** The engine's clock at the beginning of this look, ISO 8601. */
  readonly now: string;
  readonly launcherTimeoutMs: number;
}

/** Between the polite and the final signal at a run's own deadline: what `docker stop` gives. */
const DEADLINE_GRACE_SECONDS = 10;
/** An order to stop that has not had its effect so long after its grace was lost with whoever gave it. */
const LOST_ORDER_MS = 5_000;
/** A mark's time is given in whole seconds. */
const MARK_ROUNDING_MS = 1_000;

/**
 * Carries out what a run's own limits and marks demand: stops it past its deadline, stops it again where the order was
 * lost, starts what a dead launcher left. Tells whether anything may have changed.
 */
export async function enforce(
  place: Place,
  evidence: Evidence,
  observation: Observation,
  limits: Limits,
): Promise<boolean> {
  const { container } = evidence;
  const facts = container && readFacts(container.Config.Labels);
  if (!container || !facts) return false;
  if (observation.state === "pending")
    return startAbandoned(place, evidence, container, facts, limits);
  if (observation.state === "running")
    return stopOverdue(place, evidence, container, facts, limits);
  return false;
}

async function stopOverdue(
  place: Place,
  { name, marks }: Evidence,
  { Id, State }: Container,
  facts: RunFacts,
  { now }: Limits,
): Promise<boolean> {
  const { engine, signal } = place;
  const stop = marks.stop && stopOrderOf(marks.stop);
  if (marks.stop && stop && stop.reason !== "SubmissionFailed") {
    const due = since(marks.stop, now) > stop.graceSeconds * 1_000 + LOST_ORDER_MS;
    if (due) await engine.stop(Id, stop.graceSeconds, signal);
    return due;
  }
  const { timeoutSeconds } = facts;
  const ran = Date.parse(now) - Date.parse(State.StartedAt);
  if (timeoutSeconds === undefined || ran < timeoutSeconds * 1_000) return false;
  if ((await engine.inspect(Id, signal))?.State.Status === "exited") return true;
  const message = `it ran longer than its timeout_seconds, ${timeoutSeconds}`;
  const order = {
    reason: "DeadlineExceeded",
    message,
    graceSeconds: DEADLINE_GRACE_SECONDS,
  } as const;
  await orderEnd(place, name, facts, order, Id);
  await engine.stop(Id, order.graceSeconds, signal);
  return true;
}

/**
 * What its launcher left created. Nobody who could still start it is alive: the open mark's writer has had its time, or
 * nobody ever claimed it. Whoever claims it now starts it; where that one died as well, it never starts.
 */
async function startAbandoned(
  place: Place,
  { name }: Evidence,
  container: Container,
  facts: RunFacts,
  { now, launcherTimeoutMs }: Limits,
): Promise<boolean> {
  const { engine, signal } = place;
  const isOver = (time: string, margin: number) =>
    Date.parse(now) - Date.parse(time) > launcherTimeoutMs + margin;
  if (!isOver(container.Created, 0)) return false;
  const marks = await findMarks(engine, name, signal);
  if (marks.open && !isOver(marks.open.createdAt, MARK_ROUNDING_MS)) return false;
  if (marks.late) {
    if (!isOver(marks.late.createdAt, MARK_ROUNDING_MS)) return false;
    const message = "every launcher that was to start it died before it could";
    await orderStop(place, name, facts, { reason: "NeverStarted", message, graceSeconds: 0 });
    return true;
  }
  const mark = marks.open ? "late" : "open";
  const { won } = await claim(engine, name, mark, facts, container, signal);
  if (!won || !(await mayStart(place, name, container))) return true;
  const started = await startClaimed(engine, container.Id, facts, signal);
  if (started.outcome === "refused") await giveUp(place, facts, name, started.error);
  return true;
}

/** The last look before the start: still there, still never started, neither stopped nor settled. */
async function mayStart(place: Place, name: string, { Id }: Container): Promise<boolean> {
  const { container, marks } = await look(place, name);
  const fresh = container?.Id === Id && container.State.Status === "created";
  return fresh && !marks.stop && !marks.done && marks.open?.containerId === Id;
}

const since = (mark: Marked, now: string) => Date.parse(now) - Date.parse(mark.createdAt);
