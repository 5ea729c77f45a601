import { setTimeout as pause } from "node:timers/promises";
import type { ProcessSpec } from "../../runs/infrastructure.ts";
import { LaunchError, unavailable } from "../../runs/launch-error.ts";
import type { Run } from "../../runs/run.ts";
import type { Submission } from "../backend.ts";
import { createRun } from "./create-run.ts";
import { type Facts, readFacts } from "./facts.ts";

export interface Submitter {
  readonly path: string;
  /** In Lambda: an earlier submission may have run though nothing of it is left, and what runs ends with its invocation. */
  readonly ephemeral: boolean;
  start(directory: string, signal: AbortSignal): Promise<void>;
}

/** Between the polite and the final signal at a run's deadline: in Lambda, less than what the submitter keeps back. */
const deadlineGraceSeconds = (ephemeral: boolean) => (ephemeral ? 2 : 10);

/** How long another launcher that has just made the run may take to start it before we do so too. */
const START_PATIENCE_MS = 1_000;
const POLL_MS = 25;

export interface Submitted {
  readonly outcome: Submission["outcome"];
  readonly facts: Facts;
}

/** Makes and starts the run, or finishes the start that another launcher began. */
export async function submitRun(
  run: Run<ProcessSpec>,
  { path, ephemeral, start }: Submitter,
  signal: AbortSignal,
): Promise<Submitted> {
  const existing = await readFacts(path);
  if (!existing && ephemeral && (run.receiveCount ?? 1) > 1) throw mayHaveRun();
  const created =
    existing === undefined && (await createRun(path, run, deadlineGraceSeconds(ephemeral)));
  if (!created) await untilClaimed(path, signal);
  let facts = await mustRead(path);
  refuseOthers(facts, run);
  if (!facts.claim) {
    await start(path, signal);
    facts = await mustRead(path);
    if (!facts.claim) throw unavailable("The run is made, but its recorder did not start it yet.");
  }
  if (facts.claim?.kind === "fence") return { outcome: "fenced", facts };
  return { outcome: created ? "created" : "adopted", facts };
}

/** Whoever made the run starts it as a rule; waiting for that saves a recorder that would only find itself late. */
async function untilClaimed(path: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(START_PATIENCE_MS)]);
  while (!patience.aborted) {
    const facts = await readFacts(path);
    if (!facts || facts.start || facts.end || facts.claim?.kind === "fence") return;
    await pause(POLL_MS);
  }
}

async function mustRead(path: string): Promise<Facts> {
  const facts = await readFacts(path);
  if (!facts) throw unavailable("The run was removed while it was being submitted.");
  return facts;
}

function refuseOthers({ request }: Facts, { key, digest }: Run): void {
  const { digest: taken } = request;
  if (request.id === key.id && (taken === null || taken === digest)) return;
  const message =
    request.id === key.id
      ? `The id ${key.id} was used for a request with another content.`
      : `The id ${key.id} gives the same short name as ${request.id}, which exists.`;
  throw new LaunchError("Conflict", message);
}

function mayHaveRun(): LaunchError {
  const message =
    "It was received before, and an earlier environment of this function may have run it: a process in Lambda leaves nothing behind that could tell.";
  const hint = "Look at what it does, and send it again under a new id if it did not run.";
  return new LaunchError("EngineLost", message, { hint });
}
