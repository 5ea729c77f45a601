import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import type { Observation } from "../../runs/observation.ts";
import { isRunDirectory } from "./layout.ts";
import { createNews, type News } from "./news.ts";
import { isSettled, listRunDirectories } from "./run-directory.ts";

/** Looks at one run's directory and does what its own limits demand; undefined where there is no run. */
export type Look = (path: string) => Promise<Observation | undefined>;

/** Every unsettled run there is. */
export async function* listOpen(root: string, look: Look, signal: AbortSignal) {
  for (const path of await listRunDirectories(root)) {
    if (signal.aborted) return;
    if (await isSettled(path)) continue;
    const seen = await look(path);
    if (seen && !seen.run.settled) yield seen;
  }
}

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
  try {
    let changed: readonly string[] = [root];
    while (!signal.aborted) {
      for (const path of await runsAmong(changed, root, known)) {
        news.follow(path);
        const seen = await look(path);
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
  seen: Observation | undefined,
  known: Map<string, string>,
  news: News,
): seen is Observation {
  if (!seen || seen.run.settled) news.leave(path);
  if (!seen) {
    known.delete(path);
    return false;
  }
  const told = `${seen.run.uid} ${seen.state}`;
  const isNew = known.get(path) !== told;
  known.set(path, told);
  return isNew && !seen.run.settled;
}
