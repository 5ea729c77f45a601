import type { Observation } from "../../../runs/observation.ts";
import type { Target } from "../../../runs/run.ts";
import type { Engine } from "../api/engine.ts";
import type { ContainerState } from "../api/engine-answers.ts";
import { type EngineHistory, mayBeEngines } from "../judge/exit.ts";
import { type Evidence, judge } from "../judge/judge.ts";
import { findMarks } from "../marks.ts";

/** One target with its engine, for the length of one call. */
export interface Place {
  readonly engine: Engine;
  readonly target: Target;
  readonly signal: AbortSignal;
}

/** Everything about the run of a container's name, asked for one by one: the newest there is. */
export async function look(place: Place, name: string): Promise<Evidence> {
  const { engine, signal } = place;
  const container = await engine.inspect(name, signal);
  // Marks after the container: a run is settled, or told to stop, before its container goes.
  const marks = await findMarks(engine, name, signal);
  const owner = marks.open?.containerId;
  if (container || owner === undefined) return { name, container, marks };
  // It may have been made and claimed in between; only now is it certain that it is gone.
  return { name, container: await engine.inspect(owner, signal), marks };
}

/** The evidence judged, with what must be known of the engine for it. */
export async function assess(
  { engine, target, signal }: Place,
  evidence: Evidence,
): Promise<Observation | undefined> {
  const whole = await withLateFlag(engine, evidence, signal);
  return judge(whole, target, await historyFor(engine, whole, signal));
}

/** The kernel's word that memory ran out may reach the engine after the end: then it is among its events alone. */
async function withLateFlag(
  engine: Engine,
  evidence: Evidence,
  signal: AbortSignal,
): Promise<Evidence> {
  const { container, marks } = evidence;
  if (!container || marks.done || marks.stop || !wasKilled(container.State)) return evidence;
  const { StartedAt, FinishedAt } = container.State;
  const late = new Date(Date.parse(FinishedAt) + LATE_FLAG_MS).toISOString();
  const OOMKilled = await engine.ranOutOfMemory(container.Id, StartedAt, late, signal);
  return { ...evidence, container: { ...container, State: { ...container.State, OOMKilled } } };
}

/** How long after the end that word is waited for: a loaded engine was late by up to 0.6 s. */
const LATE_FLAG_MS = 1_000;

const wasKilled = ({ Status, ExitCode, OOMKilled }: ContainerState) =>
  Status === "exited" && ExitCode === 137 && !OOMKilled;

async function historyFor(
  engine: Engine,
  { container, marks }: Evidence,
  signal: AbortSignal,
): Promise<EngineHistory> {
  const version = await engine.version(signal);
  const isAsked =
    container?.State.Status === "exited" && !marks.stop && mayBeEngines(container.State, version);
  return { version, startedAt: isAsked ? await engine.startedAt(signal) : undefined };
}
