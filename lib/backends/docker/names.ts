import type { RunKey } from "../../runs/run.ts";
import { asciiName } from "../../runs/slug.ts";

const MAX_NAME = 250; // a marker's name is 5 characters longer, and a volume is a directory: 255 bytes at most
const WITHOUT_NAME = "slipway";

/**
 * The container's name: the display name with everything outside `[a-zA-Z0-9_.-]` as `-` (written in ASCII first, as
 * Prefect does), then `-` and the run's hash. A function of the key, so that the engine itself refuses a second one.
 */
export function containerName(key: Pick<RunKey, "name" | "hash">): string {
  const suffix = `-${key.hash}`;
  const base = asciiName(key.name ?? "", (ascii) =>
    ascii
      .replace(/[^a-zA-Z0-9_.-]+/g, "-")
      .replace(/^[_.-]+/, "")
      .slice(0, MAX_NAME - suffix.length)
      .replace(/-+$/, ""),
  );
  return `${base || WITHOUT_NAME}${suffix}`;
}

/**
 * Marks on the engine, each a volume (a pod with Podman) named for its container: its labels cannot change and creating
 * it twice gives back the first, so the first writer decides.
 * open: the one container that may run. stop: it is to end, or never to start, and why. late: who starts what its
 * creator left. done: its result is out.
 */
export const MARKS = ["open", "stop", "late", "done"] as const;
export type Mark = (typeof MARKS)[number];

export const markName = (container: string, mark: Mark) => `${container}.${mark}`;

const MARK_NAME = /^(.+-[a-z2-7]{16})\.(open|stop|late|done)$/;

/** A volume's name as a mark, or undefined where it is none of ours. */
export function parseMarkName(volume: string): { container: string; mark: Mark } | undefined {
  const [, container, mark] = MARK_NAME.exec(volume) ?? [];
  return container && mark ? { container, mark: mark as Mark } : undefined;
}
