import { causeOf } from "../../../runs/cause.ts";
import type { Observation, ObservedRun } from "../../../runs/observation.ts";
import { mask, secretValues } from "../../../runs/redact.ts";
import type { Target } from "../../../runs/run.ts";
import type { Container, ContainerState } from "../api/engine-answers.ts";
import { type RunFacts, readFacts } from "../labels.ts";
import type { Sighting } from "../look/survey.ts";
import { type Marked, type Marks, type StopReason, stopOrderOf } from "../marks.ts";
import { markName } from "../names.ts";
import { type End, readReceipt, writeReceipt } from "./end.ts";
import { type EngineHistory, judgeExit } from "./exit.ts";

/** Everything the engine shows of one run. */
export interface Evidence {
  /** The container's name, whether it exists or not. */
  readonly name: string;
  readonly marks: Marks;
  readonly container: Container | undefined;
}

/** How a run stands. undefined where the evidence is of none of ours. A function of what the engine showed alone. */
export function judge(
  evidence: Evidence,
  target: Target,
  engine: EngineHistory,
): Observation | undefined {
  const settled = evidence.marks.done && fromReceipt(evidence.marks.done, evidence, target);
  if (settled) return settled;
  const container = itsOwn(evidence);
  if (container) return judgeContainer(container, evidence, target, engine);
  const { stop, open, done } = evidence.marks;
  if (stop) return stoppedWithoutContainer(stop, evidence, target);
  const left = open ?? done;
  return left && removed(left, evidence, target);
}

/** The container of that name, unless it is one that a dead launcher made after the run's own was removed. */
function itsOwn({ container, marks }: Evidence): Container | undefined {
  const owner = marks.open?.containerId;
  return container && (owner === undefined || owner === container.Id) ? container : undefined;
}

function judgeContainer(
  container: Container,
  evidence: Evidence,
  target: Target,
  engine: EngineHistory,
): Observation | undefined {
  const facts = readFacts(container.Config.Labels);
  if (!facts) return undefined;
  const { State: state } = container;
  const { stop } = evidence.marks;
  const run = runOf(facts, container, evidence, target);
  const startedAt = timeOf(state.StartedAt);
  switch (state.Status) {
    case "created":
      if (state.Error) return ended(run, startFailed(state, run.secrets));
      if (stop) return stoppedWithoutContainer(stop, evidence, target);
      return { state: "pending", run, reason: "created, not started yet" };
    case "running":
    case "paused":
    case "restarting":
      return { state: "running", run, startedAt: startedAt ?? run.createdAt };
    case "exited": {
      if (!startedAt)
        return ended(run, state.Error ? startFailed(state, run.secrets) : neverStarted(state));
      const order = stop && stoppedBy(stop, state);
      const verdict = order ?? judgeExit(state, engine);
      const finishedAt = later(startedAt, timeOf(state.FinishedAt));
      return ended(run, { ...verdict, startedAt, finishedAt, attempts: 1 });
    }
    case "dead": // its removal failed midway; what it says is no longer to be trusted
      return ended(run, end("crashed", "Removed", GONE, { attempts: startedAt ? 1 : 0 }));
    default:
      return { state: "unknown", run, reason: `the engine calls it ${state.Status}` };
  }
}

const OUTCOMES: Readonly<Record<StopReason, End["outcome"]>> = {
  Cancelled: "cancelled",
  Conflict: "rejected",
  SubmissionFailed: "crashed",
  NeverStarted: "crashed",
  ConfigError: "crashed",
  AdmissionDenied: "crashed",
  DeadlineExceeded: "failed",
};

/** What the order to stop made of a run that had started; undefined where it ended before the order, or none was meant. */
function stoppedBy(stop: Marked, state: ContainerState) {
  const { reason, message } = stopOrderOf(stop);
  const before = Date.parse(state.FinishedAt) < Date.parse(stop.createdAt);
  if (before || reason === "SubmissionFailed") return undefined;
  const { outcome, cause } = end(OUTCOMES[reason], reason, message);
  return { outcome, cause, statusCode: state.ExitCode };
}

/** A tombstone, or a run whose container went after it was told to stop. */
function stoppedWithoutContainer(stop: Marked, evidence: Evidence, target: Target): Observation {
  const { reason, message } = stopOrderOf(stop);
  const attempts = stop.containerId ? 1 : 0;
  const run = runOfMark(stop, evidence, target);
  return ended(run, end(OUTCOMES[reason], reason, message, { attempts }));
}

function removed(mark: Marked, evidence: Evidence, target: Target): Observation {
  return ended(runOfMark(mark, evidence, target), end("crashed", "Removed", GONE, { attempts: 1 }));
}

const GONE = "its container was removed before its end could be read";

function startFailed(state: ContainerState, secrets: readonly string[]): End {
  const message = `it could not be started: ${mask(state.Error, secrets).slice(0, 2_000)}`;
  const passing = /no space left|timeout|deadline exceeded|resource temporarily/i.test(state.Error);
  const failed = end("crashed", passing ? "NeverStarted" : "ConfigError", message);
  return { ...failed, statusCode: state.ExitCode };
}

function neverStarted(state: ContainerState): End {
  const message = `the engine reports that it exited (${state.ExitCode}), but not that it ever started`;
  return end("crashed", "NeverStarted", message);
}

function end(
  outcome: End["outcome"],
  code: StopReason | "Removed",
  message: string,
  rest: Partial<End> = {},
): End {
  return {
    outcome,
    statusCode: -1,
    cause: causeOf(code, message),
    startedAt: undefined,
    finishedAt: undefined,
    attempts: 0,
    ...rest,
  };
}

function ended(run: ObservedRun, how: End): Observation {
  const { uid, createdAt } = run;
  return {
    state: "ended",
    run: { ...run, revision: writeReceipt({ uid, createdAt, end: how }) },
    ...how,
  };
}

/** What was published of a settled run. */
function fromReceipt(done: Marked, evidence: Evidence, target: Target): Observation | undefined {
  const receipt = readReceipt(done.say("receipt"));
  if (!receipt) return undefined;
  const { uid, createdAt, end: how } = receipt;
  const container = itsOwn(evidence);
  const facts = container ? readFacts(container.Config.Labels) : undefined;
  const run =
    container && facts
      ? runOf(facts, container, evidence, target)
      : runOfMark(done, evidence, target);
  return ended({ ...run, uid, createdAt }, how);
}

/** A run of which more could not be learned. undefined where it is none of ours. */
export function unknownOf(
  { name, marks, listed }: Sighting,
  target: Target,
  reason: string,
): Observation | undefined {
  const mark = marks.open ?? marks.stop;
  const facts = (listed && readFacts(listed.Labels)) ?? mark?.facts;
  if (!facts) return undefined;
  const run = {
    ...describe(facts, { name, marks, container: undefined }, target),
    uid: listed?.Id ?? mark?.containerId ?? markName(name, "stop"),
    revision: "",
    secrets: [],
    createdAt: toIso(mark?.say("created") ?? mark?.createdAt ?? new Date(0).toISOString()),
  };
  return { state: "unknown", run, reason };
}

function runOf(
  facts: RunFacts,
  { Id, Created, Config, State }: Container,
  evidence: Evidence,
  target: Target,
): ObservedRun {
  return {
    ...describe(facts, evidence, target),
    uid: Id,
    revision: `${State.Status} ${State.StartedAt} ${State.FinishedAt}`,
    secrets: secretsIn(Config.Env),
    createdAt: toIso(Created),
  };
}

function runOfMark(mark: Marked, evidence: Evidence, target: Target): ObservedRun {
  return {
    ...describe(mark.facts, evidence, target),
    uid: mark.containerId ?? markName(evidence.name, "stop"),
    revision: "",
    secrets: [],
    createdAt: toIso(mark.say("created") ?? mark.createdAt),
  };
}

function describe(facts: RunFacts, { name, marks }: Evidence, target: Target) {
  return {
    key: { id: facts.id, hash: facts.hash, target, name: facts.name, namespace: undefined },
    identifier: name,
    source: `/docker/${target.name}`,
    labels: facts.labels,
    streamOutput: facts.streamOutput,
    settled: marks.done !== undefined,
    warnings: facts.warnings,
  };
}

/** The values of an environment as a container has it (`NAME=value`) that nothing may show. */
export function secretsIn(env: readonly string[]): string[] {
  const entries = env.map((entry) => {
    const at = entry.indexOf("=");
    return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
  });
  return secretValues(Object.fromEntries(entries));
}

/** A command that ends at once may have ended before the engine noted that it started. */
const later = (started: string, finished: string | undefined) =>
  finished !== undefined && finished < started ? started : finished;

/** The engine writes nanoseconds; year 1 stands for never. */
export const toIso = (time: string): string => new Date(time).toISOString();

export const timeOf = (time: string): string | undefined =>
  time.startsWith("0001-") ? undefined : toIso(time);
