import type { Engine } from "./api/engine.ts";
import type { Register } from "./api/engine-answers.ts";
import {
  CONTAINER_LABEL,
  MARK_LABEL,
  OPEN_LABEL,
  OUR_PREFIX,
  ourLabels,
  type RunFacts,
  readFacts,
} from "./labels.ts";
import { MARKS, type Mark, markName, parseMarkName } from "./names.ts";

/**
 * A mark as it stands on the engine. Creating one that exists gives back the first writer's: whoever finds its own
 * `writer` there has won, everyone else learns who did.
 */
export interface Marked {
  /** The name of the container that it stands for, whether that exists or not. */
  readonly container: string;
  readonly mark: Mark;
  readonly facts: RunFacts;
  /** The id of the container that it speaks of; undefined where there was none. */
  readonly containerId: string | undefined;
  readonly writer: string | undefined;
  /** When it was made by the engine's clock, ISO 8601 in whole seconds. */
  readonly createdAt: string;
  /** What else it says. */
  say(key: string): string | undefined;
}

export type Marks = Readonly<Partial<Record<Mark, Marked>>>;

interface Entry {
  readonly facts: RunFacts;
  readonly containerId?: string | undefined;
  readonly writer?: string;
  /** What else it is to say, by keys that get our prefix. */
  readonly says?: Readonly<Record<string, string>>;
}

/** Sets a mark, or reads the one that is there. */
export async function setMark(
  engine: Pick<Engine, "createRegister">,
  container: string,
  mark: Mark,
  { facts, containerId, writer, says = {} }: Entry,
  signal: AbortSignal,
): Promise<Marked> {
  const labels = {
    ...ourLabels(facts),
    [MARK_LABEL]: mark,
    ...(mark !== "done" && { [OPEN_LABEL]: "true" }),
    ...(containerId && { [CONTAINER_LABEL]: containerId }),
    ...(writer && { [WRITER_LABEL]: writer }),
    ...Object.fromEntries(Object.entries(says).map(([key, value]) => [OUR_PREFIX + key, value])),
  };
  const volume = await engine.createRegister(markName(container, mark), labels, signal);
  return readMark(volume) ?? toMarked({ container, mark }, volume, facts);
}

/** undefined where it is not set. */
export async function findMark(
  engine: Pick<Engine, "inspectRegister">,
  container: string,
  mark: Mark,
  signal: AbortSignal,
): Promise<Marked | undefined> {
  const volume = await engine.inspectRegister(markName(container, mark), signal);
  return volume && readMark(volume);
}

/**
 * A run's marks, the done mark last: the others go only after it was set, so whoever misses one of them for that reason
 * finds it.
 */
export async function findMarks(
  engine: Pick<Engine, "inspectRegister">,
  container: string,
  signal: AbortSignal,
): Promise<Marks> {
  const find = async (mark: Mark) =>
    [mark, await findMark(engine, container, mark, signal)] as const;
  const found = await Promise.all(MARKS.filter((mark) => mark !== "done").map(find));
  return Object.fromEntries([...found, await find("done")].filter(([, marked]) => marked));
}

/** A volume as a mark; undefined where its name or its labels are not ours. */
export function readMark(volume: Register): Marked | undefined {
  const named = parseMarkName(volume.Name);
  const facts = readFacts(volume.Labels);
  return named && facts && toMarked(named, volume, facts);
}

const WRITER_LABEL = `${OUR_PREFIX}writer`;

function toMarked(
  named: { container: string; mark: Mark },
  { Labels, CreatedAt }: Register,
  facts: RunFacts,
): Marked {
  return {
    ...named,
    facts,
    containerId: Labels[CONTAINER_LABEL],
    writer: Labels[WRITER_LABEL],
    createdAt: CreatedAt,
    say: (key) => Labels[OUR_PREFIX + key],
  };
}
