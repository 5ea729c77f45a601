import { setTimeout as pause } from "node:timers/promises";
import { membersOf, signalTree, type Tree } from "./process-tree.ts";
import type { Stop } from "./records.ts";

const POLL_MS = 50;
/** What has not died of SIGKILL by then is out of reach (another user's, or stuck in the kernel). */
const GIVE_UP_MS = 2_000;

export interface Stopper {
  readonly tree: Tree;
  /** Asks the run to end and makes it end when the grace is over. Asked again, the earlier end holds. */
  ask(why: Stop, graceSeconds: number): void;
  /** After the command has ended: so does all that it started, within the grace where there is one. */
  cease(): Promise<void>;
  /** What it was stopped by, first. */
  readonly stop: Stop | undefined;
}

/** Ends a run before its time: SIGTERM to all of it, the grace, SIGKILL to what is left. */
export function createStopper(tree: Tree): Stopper {
  let stop: Stop | undefined;
  let killAt = 0;
  let timer: NodeJS.Timeout | undefined;

  return {
    tree,
    ask(why, graceSeconds) {
      const asked = Date.now() + graceSeconds * 1_000;
      killAt = stop === undefined ? asked : Math.min(killAt, asked);
      stop ??= why;
      signalTree(tree, "SIGTERM");
      clearTimeout(timer);
      timer = setTimeout(() => signalTree(tree, "SIGKILL"), Math.max(0, killAt - Date.now()));
    },
    async cease() {
      clearTimeout(timer);
      while (Date.now() < killAt && membersOf(tree).length > 0) await pause(POLL_MS);
      const giveUpAt = Date.now() + GIVE_UP_MS;
      while (membersOf(tree).length > 0 && Date.now() < giveUpAt) {
        signalTree(tree, "SIGKILL");
        await pause(1);
      }
    },
    get stop() {
      return stop;
    },
  };
}
