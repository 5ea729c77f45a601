import type { Observation } from "../../../runs/observation.ts";
import type { Target } from "../../../runs/run.ts";
import type { Container, ContainerState } from "../api/engine-answers.ts";
import { readFacts } from "../labels.ts";
import type { Marked, Marks } from "../marks.ts";
import { stopOrderOf } from "../stop-order.ts";
import { readReceipt } from "./end.ts";
import { end, ended, GONE, neverStarted, OUTCOMES, startFailed } from "./ended.ts";
import { type EngineHistory, judgeExit } from "./exit.ts";
import { runOf, runOfMark, timeOf } from "./observed-run.ts";

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

/** What the order to stop made of a run that had started; undefined where it ended before the order, or none was meant. */
function stoppedBy(stop: Marked, state: ContainerState) {
  const { reason, message } = stopOrderOf(stop);
  const finishedAt = timeOf(state.FinishedAt);
  const before = finishedAt !== undefined && Date.parse(finishedAt) < Date.parse(stop.createdAt);
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

/** A command that ends at once may have ended before the engine noted that it started. */
const later = (started: string, finished: string | undefined) =>
  finished !== undefined && finished < started ? started : finished;
