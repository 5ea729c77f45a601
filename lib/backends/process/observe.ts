import { type Cause, causeOf } from "../../runs/cause.ts";
import { hashRunId } from "../../runs/names.ts";
import type { Ended, Observation, ObservedRun } from "../../runs/observation.ts";
import { mask } from "../../runs/redact.ts";
import type { Target } from "../../runs/run.ts";
import type { Facts } from "./facts.ts";
import type { CancelRecord, ClaimRecord, EndRecord } from "./records.ts";

type Verdict = Pick<Ended, "outcome" | "statusCode" | "cause">;
type Fence = Extract<ClaimRecord, { kind: "fence" }>;

/** How a run stands, from its facts alone. */
export function judge(facts: Facts, run: ObservedRun): Observation {
  const { claim, start, end, recorder, command } = facts;
  if (claim?.kind === "fence") return ended(facts, run, stopped(claim), claim.at);
  if (end) return ended(facts, run, verdictOf(end, facts, run), end.at);
  if (recorder === "elsewhere" || command === "elsewhere")
    return { state: "unknown", run, reason: "it belongs to another host, which alone can tell" };
  if (start && (recorder === "alive" || command === "alive"))
    return { state: "running", run, startedAt: start.at };
  if (recorder === "gone")
    return { state: "unknown", run, reason: "its recorder is gone and its end is not written yet" };
  return { state: "pending", run, reason: claim ? "it is being started" : "it waits for a start" };
}

/** The run as everybody above sees it. */
export function observedRun(
  facts: Pick<Facts, "request"> & Partial<Facts>,
  target: Target,
  secrets: readonly string[],
): ObservedRun {
  const { request, start, end, settled } = facts;
  const host = start?.process.host ?? request.creator.host;
  const { id, name, uid } = request;
  return {
    key: { id, hash: hashRunId(id), target, name, namespace: undefined },
    identifier: `${host}:${start?.process.pid ?? "-"}`,
    uid,
    revision: uid, // its files are made once: nothing can be settled that was not seen
    source: `/process/${host}`,
    labels: request.labels,
    secrets: [...new Set([...request.secrets, ...secrets])],
    streamOutput: request.streamOutput,
    traceparent: request.traceparent,
    settled: settled !== undefined,
    createdAt: request.createdAt,
    warnings: warningsOf(end),
  };
}

function warningsOf(end: EndRecord | undefined): string[] {
  if (end?.kind !== "exited" || end.outputLost === undefined) return [];
  return [`The output could not be kept whole: ${end.outputLost}`];
}

function ended({ start }: Facts, run: ObservedRun, verdict: Verdict, finishedAt: string): Ended {
  const attempts = start ? 1 : 0;
  return { state: "ended", run, ...verdict, startedAt: start?.at, finishedAt, attempts };
}

function verdictOf(end: EndRecord, { request, cancel }: Facts, run: ObservedRun): Verdict {
  if (end.kind === "refused") return refused(end, run.secrets);
  const statusCode = end.kind === "exited" ? end.status : -1;
  if (end.stop === "cancel" && cancel) return { ...stopped(cancel), statusCode };
  if (end.stop === "deadline") {
    const message = `It ran longer than its timeout_seconds of ${request.limit?.timeoutSeconds}.`;
    return { outcome: "failed", statusCode, cause: causeOf("DeadlineExceeded", message) };
  }
  if (end.kind === "exited") return exited(end.status);
  const message = "The recorder of this run was killed; how the command ended is not known.";
  return { outcome: "crashed", statusCode, cause: causeOf("EngineLost", message) };
}

const OUTCOMES = {
  Cancelled: "cancelled",
  SubmissionFailed: "crashed",
  Conflict: "rejected",
} as const;

function stopped({ reason, message }: Fence | CancelRecord): Verdict {
  return { outcome: OUTCOMES[reason], statusCode: -1, cause: causeOf(reason, message) };
}

function exited(statusCode: number): Verdict {
  if (statusCode === 0) return { outcome: "completed", statusCode, cause: null };
  return { outcome: "failed", statusCode, cause: failureOf(statusCode) };
}

const OUT_OF_MEMORY = "Often the machine ran out of memory: ask for less or give it more.";

/** What a code usually means, as flow runners have told it since Prefect 2. */
const HINTS: Readonly<Record<number, string>> = {
  [-9]: `Something sent it SIGKILL: somebody by hand, or the kernel. ${OUT_OF_MEMORY}`,
  [-15]: "Something sent it SIGTERM: somebody by hand, or the machine was going down.",
  247: `247 is what is left of a SIGKILL in a parent's exit code. ${OUT_OF_MEMORY}`,
};

function failureOf(statusCode: number): Cause {
  const hint = HINTS[statusCode];
  const particulars = hint === undefined ? {} : { hint };
  return statusCode < 0
    ? causeOf("Signal", `The command was ended by signal ${-statusCode}.`, particulars)
    : causeOf("Exit", `The command exited with code ${statusCode}.`, particulars);
}

/** 127 and 126 as shells have them: there is no such command, or it cannot be run. */
function refused(
  end: Extract<EndRecord, { kind: "refused" }>,
  secrets: readonly string[],
): Verdict {
  const { code } = end;
  const message = mask(end.message, secrets); // it names the program, which may be a whole command line
  if (code === undefined || code === "EAGAIN" || code === "ENOMEM" || code === "EMFILE")
    return { outcome: "crashed", statusCode: -1, cause: causeOf("EngineLost", message, LOCAL) };
  const statusCode = code === "ENOENT" || code === "ENOTDIR" ? 127 : 126;
  const said = `The command could not be started: ${message}.`;
  return { outcome: "crashed", statusCode, cause: causeOf("ConfigError", said) };
}

const LOCAL = { hint: "This machine could not start it. Look at its memory, disk and limits." };
