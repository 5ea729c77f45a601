import { setTimeout as pause } from "node:timers/promises";
import type { DockerContainerSpec } from "../../runs/infrastructure.ts";
import { LaunchError, unavailable } from "../../runs/launch-error.ts";
import type { Run } from "../../runs/run.ts";
import type { Submission } from "../backend.ts";
import type { Creation } from "./api/container-calls.ts";
import type { Container } from "./api/engine-answers.ts";
import { claim, startClaimed } from "./claim.ts";
import type { Evidence } from "./judge/judge.ts";
import { type RunFacts, readFacts } from "./labels.ts";
import { assess, look, type Place } from "./look/place.ts";
import { findMarks, type Marked } from "./marks.ts";
import { orderStop } from "./stop.ts";
import type { StopReason } from "./stop-order.ts";

type DockerRun = Run<DockerContainerSpec>;
type Made = Exclude<Creation, { outcome: "image-missing" }>;

/**
 * Create → is it settled or stopped? → claim → start. The name lets one container be; the open mark says which one may
 * ever run, and who starts it. So a crash between any two calls, or a twin, leads to one start: by whoever won the mark,
 * or by a watcher after it; or to none, where a stop or a done mark was there first.
 */
export async function submit(
  place: Place,
  run: DockerRun,
  name: string,
  create: () => Promise<Made>,
): Promise<Submission> {
  for (let attempt = 0; attempt < LOOKS; attempt++) {
    const made = await create();
    const seen = await lookForSubmission(place, name);
    if (seen) return proceed(place, run, seen, made);
    // The name is taken before its container can be seen, and given back where making it fails.
    await pause(LOOK_MS * 2 ** attempt, undefined, { signal: place.signal });
  }
  throw unavailable(`the name ${name} is taken, but there is no container of that name`);
}

const LOOKS = 5;
const LOOK_MS = 100;

type Seen = Evidence & { readonly container: Container };

async function lookForSubmission(place: Place, name: string): Promise<Seen | undefined> {
  const { engine, signal } = place;
  const [container, marks] = await Promise.all([
    engine.inspect(name, signal),
    findMarks(engine, name, signal),
  ]);
  return container && { name, container, marks };
}

async function proceed(place: Place, run: DockerRun, seen: Seen, made: Made): Promise<Submission> {
  const { container, marks } = seen;
  const facts = await factsOfSame(run, seen, async () => {
    if (made.outcome === "created") await place.engine.remove(container.Id, place.signal);
  });
  const fresh = container.State.Status === "created" && !container.State.Error;
  const isFenced = marks.stop !== undefined || marks.done?.say("fenced") !== undefined;
  if (fresh && (isFenced || marks.done || isAnother(container, marks.open))) {
    // Nothing of this run starts any more: the container goes, what the marks say stays.
    await place.engine.remove(container.Id, place.signal);
    return describe(place, seen, isFenced ? "fenced" : "adopted");
  }
  if (marks.open || marks.done) return describe(place, seen, "adopted");
  const { won, marked } = await claim(
    place.engine,
    seen.name,
    "open",
    facts,
    container,
    place.signal,
  );
  const claimed = { ...seen, marks: { ...marks, open: marked } };
  if (isAnother(container, marked)) {
    await place.engine.remove(container.Id, place.signal);
    return describe(place, claimed, "adopted");
  }
  if (!won || !fresh) return describe(place, claimed, "adopted");
  return start(place, facts, claimed, made);
}

async function start(
  place: Place,
  facts: RunFacts,
  claimed: Seen,
  made: Made,
): Promise<Submission> {
  const { container } = claimed;
  const started = await startClaimed(place.engine, container.Id, facts, place.signal);
  if (started.outcome === "gone") {
    const now = await look(place, claimed.name);
    return describe(place, now, now.marks.stop ? "fenced" : "created");
  }
  if (started.outcome === "refused") await giveUp(place, facts, claimed.name, started.error);
  if (started.outcome === "failed") await announceFailure(place, facts, claimed.name);
  const warnings = made.outcome === "created" ? made.warnings : [];
  return describe(place, claimed, "created", warnings);
}

/**
 * The engine sends no event of a start that failed. A stop mark is one, so whoever follows hears of it at once; and it
 * keeps the reason where the container is removed before its result is out.
 */
async function announceFailure(place: Place, facts: RunFacts, name: string): Promise<void> {
  const seen = await assess(place, await look(place, name));
  if (seen?.state !== "ended" || seen.attempts > 0 || !seen.cause) return;
  const { code, message } = seen.cause;
  const reason: StopReason = code === "NeverStarted" ? "NeverStarted" : "ConfigError";
  await orderStop(place, name, facts, { reason, message, graceSeconds: 0 });
}

/** What will never start is told so, and its end is its result; what may start later is left to the watcher. */
export async function giveUp(place: Place, facts: RunFacts, name: string, error: LaunchError) {
  if (error.retryable) throw error;
  const reason: StopReason = error.code === "AdmissionDenied" ? "AdmissionDenied" : "ConfigError";
  await orderStop(place, name, facts, { reason, message: error.message, graceSeconds: 0 });
}

/** A dead launcher's second container, made after the run's own was removed. */
const isAnother = ({ Id }: Container, open: Marked | undefined) =>
  open?.containerId !== undefined && open.containerId !== Id;

/**
 * The container's facts, where it and its marks are of this very request. Throws `Conflict` otherwise, after `undo` took
 * back what this call made.
 */
async function factsOfSame(
  run: DockerRun,
  { name, container, marks }: Seen,
  undo: () => Promise<void>,
): Promise<RunFacts> {
  const facts = readFacts(container.Config.Labels);
  if (!facts) throw conflict(`the name ${name} is taken by a container that is not Slipway's`);
  if (facts.id !== run.key.id) throw conflict(`the name ${name} is taken by the run ${facts.id}`);
  const digests = [facts, marks.open?.facts, marks.done?.facts].map((one) => one?.digest);
  if (digests.every((digest) => digest === undefined || digest === run.digest)) return facts;
  await undo();
  throw conflict(`another request was sent under the id ${run.key.id} before`);
}

const conflict = (message: string) => new LaunchError("Conflict", message);

async function describe(
  place: Place,
  evidence: Evidence,
  outcome: Submission["outcome"],
  warnings: readonly string[] = [],
): Promise<Submission> {
  const observation = await assess(place, evidence);
  if (!observation) throw unavailable(`what holds the name ${evidence.name} is going away`);
  const { run } = observation;
  return { outcome, run: { ...run, warnings: [...run.warnings, ...warnings] } };
}
