import { LaunchError } from "../../../runs/launch-error.ts";
import type { Observation } from "../../../runs/observation.ts";
import { EventAnswer } from "../api/engine-answers.ts";
import { jsonLines } from "../api/json-lines.ts";
import { noAnswer } from "../api/no-answer.ts";
import type { Evidence } from "../judge/judge.ts";
import { unknownOf } from "../judge/observed-run.ts";
import { RUN_LABEL } from "../labels.ts";
import { findMark } from "../marks.ts";
import { parseMarkName } from "../names.ts";
import { letGo } from "../settle.ts";
import { concurrently } from "./concurrently.ts";
import { enforce, type Limits } from "./enforce.ts";
import { assess, look, type Place } from "./place.ts";
import { type Sighting, surveyOpen } from "./survey.ts";

/** Runs looked at in detail at the same time. */
const AT_ONCE = 8;

export interface OpenSettings {
  readonly follow: boolean;
  readonly launcherTimeoutMs: number;
}

/** Every run that is not settled, judged, after what its limits demand was done; then the news of them, where asked for. */
export async function* open(
  place: Place,
  { follow, launcherTimeoutMs }: OpenSettings,
): AsyncGenerator<Observation> {
  const { engine, signal } = place;
  const now = await engine.now(signal);
  const limits = { now, launcherTimeoutMs };
  const open = await surveyOpen(place);
  for await (const seen of concurrently(open, AT_ONCE, (one) => observe(place, one, limits)))
    if (seen) yield seen;
  if (!follow) return;
  for await (const name of news(place, now)) {
    const seen = await observe(place, { name, marks: {}, listed: undefined }, limits);
    if (seen) yield seen;
  }
}

/** One broken run is `unknown` and stops no other. */
async function observe(
  place: Place,
  sighting: Sighting,
  limits: Limits,
): Promise<Observation | undefined> {
  try {
    const evidence = await examine(place, sighting);
    if (evidence.marks.done) {
      await letGo(place, evidence); // whoever settled it may have died before it had done so
      return undefined;
    }
    const seen = await assess(place, evidence);
    if (!seen || !(await enforce(place, evidence, seen, limits))) return unsettled(seen);
    return unsettled(await assess(place, await look(place, sighting.name)));
  } catch (error) {
    if (place.signal.aborted || !(error instanceof LaunchError)) throw error;
    return unknownOf(sighting, place.target, error.message);
  }
}

/**
 * The run's container, and then its marks: of one that is over, the mark that ended it was set before. For one that runs,
 * the marks that were listed are new enough.
 */
async function examine(place: Place, { name, marks, listed }: Sighting): Promise<Evidence> {
  const { engine, signal } = place;
  if (listed?.State !== "running") return look(place, name);
  const [container, done] = await Promise.all([
    engine.inspect(listed.Id, signal),
    findMark(engine, name, "done", signal),
  ]);
  const runs = container?.State.Status === "running";
  return runs ? { name, container, marks: { ...marks, ...(done && { done }) } } : look(place, name);
}

const unsettled = (seen: Observation | undefined) => (seen?.run.settled ? undefined : seen);

/** In Docker's words and in Podman's. */
const NEWS = {
  type: ["container", "volume", "pod"],
  event: ["create", "start", "die", "died", "destroy", "remove"],
};

/** The names of containers of ours that something happened to, from a moment on. */
async function* news({ engine, signal }: Place, since: string): AsyncGenerator<string> {
  const stream = await engine.events(since, NEWS, signal);
  try {
    for await (const event of jsonLines(stream)) {
      const name = nameIn(event);
      if (name !== undefined) yield name;
    }
  } catch (error) {
    throw noAnswer(engine.host, "its events broke off", error);
  }
  throw noAnswer(engine.host, "its events ended");
}

function nameIn(event: unknown): string | undefined {
  const { data } = EventAnswer.safeParse(event);
  if (data?.Type === "volume" || data?.Type === "pod") {
    const { ID, Attributes } = data.Actor;
    const named = parseMarkName(Attributes.name ?? ID); // a tombstone has no container
    return named?.mark === "stop" ? named.container : undefined;
  }
  const attributes = data?.Actor.Attributes;
  return attributes?.[RUN_LABEL] && attributes.name;
}
