import type { ListedContainer, Volume } from "../api/engine-answers.ts";
import { RUN_LABEL } from "../labels.ts";
import { type Marked, type Marks, readMark } from "../marks.ts";
import type { Place } from "./place.ts";

/** One run as two lists show it: marks and container may each be missing. */
export interface Sighting {
  readonly name: string;
  readonly marks: Marks;
  readonly listed: ListedContainer | undefined;
}

/**
 * Every run of the engine, or those of one hash. Marks are listed before containers: a container that a mark speaks of
 * was there before, so one that is then missing is gone.
 */
export async function survey({ engine, signal }: Place, hash?: string): Promise<Sighting[]> {
  const label = hash === undefined ? RUN_LABEL : `${RUN_LABEL}=${hash}`;
  const volumes = await engine.listVolumes(label, signal);
  const containers = await engine.list(label, signal);
  return join(volumes, containers);
}

function join(volumes: readonly Volume[], containers: readonly ListedContainer[]): Sighting[] {
  const marks = Map.groupBy(
    volumes.map(readMark).filter((mark) => mark !== undefined),
    ({ container }) => container,
  );
  const listed = new Map(containers.map((container) => [nameOf(container), container]));
  return [...new Set([...marks.keys(), ...listed.keys()])].map((name) => ({
    name,
    marks: byMark(marks.get(name) ?? []),
    listed: listed.get(name),
  }));
}

const byMark = (marks: readonly Marked[]): Marks =>
  Object.fromEntries(marks.map((marked) => [marked.mark, marked]));

/** A container's own name; the others that the engine lists are links to it. */
function nameOf({ Id, Names }: ListedContainer): string {
  const own = Names?.find((name) => name.lastIndexOf("/") === 0);
  return own?.slice(1) ?? Id;
}
