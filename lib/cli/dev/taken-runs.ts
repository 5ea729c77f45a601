import { appendFileSync, readFileSync } from "node:fs";
import type { Backend } from "../../backends/backend.ts";
import type { BackendRegistry } from "../../backends/registry.ts";

/** Beyond this many the oldest are forgotten at the next start: they are long past any retention. */
const KEPT = 10_000;

/**
 * The runs that a queue on this machine brought, by id, kept in a file. Others' runs may be on the same engines (a
 * shared cluster, say), and have a watcher of their own: their results must not end up on this machine's queue.
 */
export interface TakenRuns {
  has(id: string): boolean;
  /** The same engines, which remember here what is about to be started or fenced. */
  remembering(backends: BackendRegistry): BackendRegistry;
}

export function openTakenRuns(file: string): TakenRuns {
  const ids = new Set(readIds(file).slice(-KEPT));
  const remember = (id: string) => {
    if (ids.has(id)) return;
    appendFileSync(file, `${JSON.stringify(id)}\n`, { mode: 0o600 }); // before the engine is asked: a crash must not orphan it
    ids.add(id);
  };
  const rememberingBackend = (backend: Backend): Backend => ({
    ...backend,
    submit: (run, signal) => {
      remember(run.key.id);
      return backend.submit(run, signal);
    },
    cancel: (key, options, signal) => {
      remember(key.id);
      return backend.cancel(key, options, signal);
    },
  });
  return {
    has: (id) => ids.has(id),
    remembering: (backends) => ({
      ...backends,
      load: async (type) => rememberingBackend(await backends.load(type)),
    }),
  };
}

function readIds(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(parseId);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** A line that a crash cut off holds no id that was ever started. */
function parseId(line: string): string {
  try {
    return String(JSON.parse(line));
  } catch {
    return line;
  }
}
