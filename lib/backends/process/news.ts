import { type FSWatcher, watch } from "node:fs";

/** Which of some directories something has happened in. A courtesy: what it does not tell, the next list shows. */
export interface News {
  follow(directory: string): void;
  leave(directory: string): void;
  /** Directories with news, as soon as there are any; none when the time is over or the signal aborts. */
  next(patienceMs?: number): Promise<readonly string[]>;
  close(): void;
}

export function createNews(signal: AbortSignal): News {
  const watchers = new Map<string, FSWatcher>();
  const changed = new Set<string>();
  let wake = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);

  const leave = (directory: string) => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };

  const somethingHappens = (patienceMs?: number) =>
    new Promise<void>((resolve) => {
      const timer = patienceMs === undefined ? undefined : setTimeout(resolve, patienceMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    leave,
    follow(directory) {
      if (watchers.has(directory)) return;
      try {
        const watcher = watch(directory, () => {
          changed.add(directory);
          wake();
        });
        watcher.on("error", () => leave(directory));
        watchers.set(directory, watcher);
      } catch {
        // gone, or this user has no watches left: the list shows it
      }
    },
    async next(patienceMs) {
      if (changed.size === 0 && !signal.aborted) await somethingHappens(patienceMs);
      const told = [...changed];
      changed.clear();
      return told;
    },
    close() {
      signal.removeEventListener("abort", onAbort);
      for (const directory of [...watchers.keys()]) leave(directory);
    },
  };
}
