import { EXIT } from "./exit-codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls back for each Ctrl-C or polite end of this process (SIGTERM), instead of dying. Returns what stops listening.
 *
 * @param onInterrupt is given 1 for the first, 2 for the second …
 */
export function onInterrupts(onInterrupt: (count: number) => void): () => void {
  let count = 0;
  const listener = () => onInterrupt(++count);
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}

/** Resolves with the first Ctrl-C or SIGTERM. A second one ends this process at once. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupts((count) => {
      if (count === 1) resolve();
      else process.exit(EXIT.cancelled);
    });
  });
}
