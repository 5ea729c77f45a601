import type { ListedContainer, Register } from "../api/engine-answers.ts";
import { OPEN_LABEL, RUN_LABEL } from "../labels.ts";
import { type Marked, type Marks, readMark } from "../marks.ts";
import type { Place } from "./place.ts";

/** One run as two lists show it: marks and container may each be missing. */
export interface Sighting {
  readonly name: string;
  readonly marks: Marks;
  readonly listed: ListedContainer | undefined;
}

/** Whatever is not over. Those that are over and not settled have a mark; the others are many, and costly to list. */
const ALIVE = ["created", "running", "paused", "restarting", "removing", "dead"];

/** Every run that may not be settled. */
export async function surveyOpen({ engine, signal }: Place): Promise<Sighting[]> {
  const [volumes, containers] = await Promise.all([
    engine.listRegisters(OPEN_LABEL, signal),
    engine.list(RUN_LABEL, signal, ALIVE),
  ]);
  return join(volumes, containers);
}

/** Every run of one hash, settled or not. */
export async function surveyHash({ engine, signal }: Place, hash: string): Promise<Sighting[]> {
  const label = `${RUN_LABEL}=${hash}`;
  const volumes = await engine.listRegisters(label, signal);
  return join(volumes, await engine.list(label, signal));
}

function join(volumes: readonly Register[], containers: readonly ListedContainer[]): Sighting[] {
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
