import type { RunKey } from "../../runs/run.ts";
import type { Cancellation, CancelOptions } from "../backend.ts";
import type { Container } from "./engine-answers.ts";
import type { Evidence } from "./judge.ts";
import { type RunFacts, readFacts } from "./labels.ts";
import { type Marked, type StopOrder, saysOf, setMark, stopOrderOf } from "./marks.ts";
import { containerName, markName } from "./names.ts";
import { assess, look, type Place } from "./place.ts";

/** Sets the stop mark, or reads the one that is there: the first order decides. */
export function orderStop(
  { engine, signal }: Place,
  name: string,
  facts: RunFacts,
  order: StopOrder,
  containerId?: string,
): Promise<Marked> {
  return setMark(engine, name, "stop", { facts, containerId, says: saysOf(order) }, signal);
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
  if (standing?.state === "ended")
    return { outcome: seen.marks.stop && standing.attempts === 0 ? "fenced" : "ended" };
  if (options.reason === "SubmissionFailed" && seen.container) return { outcome: "exists" };
  return carryOut(place, seen, key, options);
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
  const stop = await orderStop(place, name, facts, order, startedId);
  if (startedId !== undefined && stopOrderOf(stop).reason === "SubmissionFailed") {
    // A fence that came too late and lets the run be: this order replaces it.
    await engine.removeVolume(markName(name, "stop"), signal);
    await orderStop(place, name, facts, order, startedId);
  }
  const now = own({ ...seen, container: await engine.inspect(name, signal) }, key).container;
  if (!now) return { outcome: startedId === undefined ? "fenced" : "ended" };
  if (now.State.Status === "created" && (await engine.remove(now.Id, signal)) === "gone")
    return { outcome: "fenced" };
  if (order.reason === "SubmissionFailed") return { outcome: "exists" };
  if (now.State.Status === "exited") {
    // It ended by itself before any signal of ours.
    await engine.removeVolume(markName(name, "stop"), signal);
    return { outcome: "ended" };
  }
  await engine.stop(now.Id, order.graceSeconds, signal);
  return { outcome: "stopping" };
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
