export interface Pool {
  /** Starts the task as soon as there is room for it; resolves then. The task handles its own failures. */
  add(task: () => Promise<void>): Promise<void>;
  /** Resolves when another task would start at once. */
  room(): Promise<void>;
  /** Resolves when nothing is running. */
  idle(): Promise<void>;
}

/** At most `size` tasks at once; whoever adds more waits, so that a list of any length is held nowhere. */
export function createPool(size: number): Pool {
  const running = new Set<Promise<void>>();
  const room = async () => {
    while (running.size >= size) await Promise.race(running);
  };
  return {
    room,
    async add(task) {
      await room();
      const started: Promise<void> = task().finally(() => running.delete(started));
      running.add(started);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
