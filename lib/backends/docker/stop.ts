import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { unavailable } from "../../runs/launch-error.ts";
import type { RunKey } from "../../runs/run.ts";
import type { Cancellation, CancelOptions } from "../backend.ts";
import type { Container } from "./api/engine-answers.ts";
import { claim } from "./claim.ts";
import type { Evidence } from "./judge/judge.ts";
import { type RunFacts, readFacts } from "./labels.ts";
import { assess, look, type Place } from "./look/place.ts";
import { type Marked, setMark } from "./marks.ts";
import { containerName, markName } from "./names.ts";
import { type StopOrder, saysOf, stopOrderOf } from "./stop-order.ts";

/** Sets the stop mark, or reads the one that is there: the first order decides. Tells whether it was this one. */
export async function orderStop(
  { engine, signal }: Place,
  name: string,
  facts: RunFacts,
  order: StopOrder,
  containerId?: string,
): Promise<{ readonly won: boolean; readonly marked: Marked }> {
  const writer = randomUUID();
  const entry = { facts, containerId, writer, says: saysOf(order) };
  const marked = await setMark(engine, name, "stop", entry, signal);
  return { won: marked.writer === writer, marked };
}

/** The same for a run that may have started; a fence that came too late for it and lets it be gives way. */
export async function orderEnd(
  place: Place,
  name: string,
  facts: RunFacts,
  order: StopOrder,
  startedId: string | undefined,
) {
  const stop = await orderStop(place, name, facts, order, startedId);
  const letsBe = stopOrderOf(stop.marked).reason === "SubmissionFailed";
  if (startedId === undefined || !letsBe) return stop;
  await place.engine.removeRegister(markName(name, "stop"), place.signal);
  return orderStop(place, name, facts, order, startedId);
}

/**
 * The stop mark first, then the container: whoever submits looks for the mark after its container is there, so one of
 * the two sees the other.
 */
export async function cancel(
  place: Place,
  key: RunKey,
  options: CancelOptions,
): Promise<Cancellation> {
  const name = containerName(key);
  const seen = own(await look(place, name), key);
  const standing = await assess(place, seen);
  if (seen.marks.done) return { outcome: "ended" };
  await ensureOpen(place, seen);
  if (standing?.state === "ended")
    return { outcome: isFenced(seen, standing.attempts) ? "fenced" : "ended" };
  if (options.reason === "SubmissionFailed" && seen.container) return { outcome: "exists" };
  return carryOut(place, seen, key, options);
}

/** A start that failed has a stop mark too, but there was a run. */
const isFenced = ({ container, marks }: Evidence, attempts: number) =>
  marks.stop !== undefined && attempts === 0 && !container?.State.Error;

/** A container that somebody else than its launcher started has no open mark, and would not be seen once it is over. */
async function ensureOpen({ engine, signal }: Place, { name, container, marks }: Evidence) {
  const facts = container && readFacts(container.Config.Labels);
  if (facts && hasStarted(container) && !marks.open)
    await claim(engine, name, "open", facts, container, signal);
}

async function carryOut(
  place: Place,
  seen: Evidence,
  key: RunKey,
  order: StopOrder,
): Promise<Cancellation> {
  const { engine, signal } = place;
  const { container, name } = seen;
  const facts = (container && readFacts(container.Config.Labels)) ?? factsOfKey(key);
  const startedId = container && hasStarted(container) ? container.Id : undefined;
  const stop = await orderEnd(place, name, facts, order, startedId);
  const now = await startedOrGone(place, name, key);
  if (!now) return { outcome: startedId === undefined ? "fenced" : "ended" };
  if (order.reason === "SubmissionFailed") return { outcome: "exists" };
  if (now.State.Status === "exited") {
    // It ended by itself, before any signal that follows this mark.
    if (stop.won) await engine.removeRegister(markName(name, "stop"), signal);
    return { outcome: "ended" };
  }
  await engine.stop(now.Id, order.graceSeconds, signal);
  return { outcome: "stopping" };
}

const LOOKS = 20;
const LOOK_MS = 100;

/**
 * With the stop mark set, a container that has not started is taken away, so that nobody can start it any more; the one
 * that has, by whoever looked for the mark before it was there, is given back.
 */
async function startedOrGone(
  { engine, signal }: Place,
  name: string,
  key: RunKey,
): Promise<Container | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    const container = await engine.inspect(name, signal);
    if (!container || readFacts(container.Config.Labels)?.id !== key.id) return undefined;
    if (hasStarted(container)) return container;
    // Busy: it is being started after all, or its launcher is removing it at this moment.
    const gone = (await engine.remove(container.Id, signal)) === "gone";
    if (!gone) await pause(LOOK_MS, undefined, { signal });
  }
  throw unavailable(`the container ${name} neither starts nor goes away`);
}

const hasStarted = ({ State }: Container) => !State.StartedAt.startsWith("0001-");

/** Evidence without a container that is another's. */
function own(evidence: Evidence, key: RunKey): Evidence {
  const { container } = evidence;
  const facts = container && readFacts(container.Config.Labels);
  return facts?.id === key.id ? evidence : { ...evidence, container: undefined };
}

/** What a tombstone knows of a run that was never seen. */
function factsOfKey({ id, hash, name }: RunKey): RunFacts {
  return {
    id,
    hash,
    name,
    digest: undefined,
    labels: {},
    streamOutput: true,
    autoRemove: false,
    timeoutSeconds: undefined,
    networks: [],
    warnings: [],
  };
}
