import { readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";

/** Where a running `slipway dev` says how its queue is reached: queues in its memory have no address of their own. */
const DevQueue = z.object({
  pid: z.int(),
  urls: z.object({ requests: z.string(), results: z.string(), deadLetters: z.string() }),
  env: z.record(z.string(), z.string()),
});
export type DevQueue = z.infer<typeof DevQueue>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where this user's state belongs by the XDG base directory specification. */
export function stateDirectory(env: Environment): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(state, "slipway");
}

const fileIn = (directory: string) => join(directory, "dev.json");

/** The queue's key is in it: for this user only. */
export async function announceDevQueue(directory: string, queue: DevQueue): Promise<void> {
  await writeFile(fileIn(directory), JSON.stringify(queue, null, 2), { mode: 0o600 });
}

export async function withdrawDevQueue(directory: string): Promise<void> {
  await rm(fileIn(directory), { force: true });
}

/** The queue of this user's running `slipway dev`; undefined where none runs. */
export async function findDevQueue(directory: string): Promise<DevQueue | undefined> {
  const text = await readFile(fileIn(directory), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const queue = DevQueue.parse(JSON.parse(text));
  return isAlive(queue.pid) ? queue : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
