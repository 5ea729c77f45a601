import { hashRunId } from "../../../runs/names.ts";
import type { Observation } from "../../../runs/observation.ts";
import { assess, look, type Place } from "./place.ts";
import { surveyHash } from "./survey.ts";

/** A run by its id, settled or not; where there are two, under different names, the one that is not settled. */
export async function find(place: Place, id: string): Promise<Observation | undefined> {
  const sightings = await surveyHash(place, hashRunId(id));
  const seen = await Promise.all(
    sightings.map(async ({ name }) => assess(place, await look(place, name))),
  );
  const found = seen.filter((one) => one !== undefined && one.run.key.id === id);
  return found.find((one) => !one?.run.settled) ?? found[0];
}
