import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import type { Observation } from "../../runs/observation.ts";
import { isRunDirectory } from "./layout.ts";
import { createNews, type News } from "./news.ts";
import { isSettled, listRunDirectories } from "./run-directory.ts";

/** Looks at one run's directory and does what its own limits demand; undefined where there is no run. */
export type Look = (path: string) => Promise<Observation | undefined>;

/** So many runs are looked at while the first of them is awaited: most of a look is waiting for the disk. */
const AHEAD = 16;

/** Every unsettled run there is. */
export async function* listOpen(
  root: string,
  look: Look,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const lookIfOpen = async (path: string) => ((await isSettled(path)) ? undefined : look(path));
  for await (const seen of mapAhead(await listRunDirectories(root), lookIfOpen)) {
    if (signal.aborted) return;
    if (seen && !seen.run.settled) yield seen;
  }
}

/** The answers in the order of the questions, some of which are asked ahead. */
async function* mapAhead<Q, A>(questions: readonly Q[], ask: (question: Q) => Promise<A>) {
  const asked: Promise<A>[] = [];
  for (const question of questions) {
    const answer = ask(question);
    answer.catch(() => {}); // whoever awaits it is told; a reader that left does not want to know
    asked.push(answer);
    const first = asked.length < AHEAD ? undefined : asked.shift();
    if (first) yield await first;
  }
  for (const answer of asked) yield await answer;
}

/** Of such a run nothing more will be told, so nothing more of it is read. */
const SETTLED = "settled";

/** The list, and then every run again whose state has become another one. */
export async function* followOpen(
  root: string,
  look: Look,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const news = createNews(signal);
  const known = new Map<string, string>();
  news.follow(root);
  const ask = async (path: string) => {
    if (await isSettled(path)) return [path, SETTLED] as const; // most of what is kept: it must cost next to nothing
    news.follow(path);
    return [path, await look(path)] as const;
  };
  try {
    let changed: readonly string[] = [root];
    while (!signal.aborted) {
      for await (const [path, seen] of mapAhead(await runsAmong(changed, root, known), ask)) {
        if (isNews(path, seen, known, news)) yield seen;
        if (signal.aborted) return;
      }
      changed = await news.next();
    }
  } finally {
    news.close();
  }
}

/** News of the root is that runs have come; they are told from the known ones by a list. */
async function runsAmong(
  changed: readonly string[],
  root: string,
  known: ReadonlyMap<string, string>,
): Promise<string[]> {
  const own = changed.filter((path) => path !== root && isRunDirectory(basename(path)));
  if (!changed.includes(root)) return own;
  const all = await listRunDirectories(root);
  return [...new Set([...own, ...all.filter((path) => !known.has(path))])];
}

/** Remembers what was last told of a run; of a settled one nothing more will be. */
function isNews(
  path: string,
  seen: Observation | typeof SETTLED | undefined,
  known: Map<string, string>,
  news: News,
): seen is Observation {
  if (!seen || seen === SETTLED || seen.run.settled) news.leave(path);
  if (seen === SETTLED) known.set(path, SETTLED);
  if (!seen) known.delete(path);
  if (!seen || seen === SETTLED) return false;
  const told = `${seen.run.uid} ${seen.state}`;
  const isNew = known.get(path) !== told;
  known.set(path, told);
  return isNew && !seen.run.settled;
}
