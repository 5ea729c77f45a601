import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a command so many times, so many of them at once; `onExit` is awaited before the next one takes its place. */
export async function spawnLoop(
  [command = "", ...args]: readonly string[],
  times: number,
  atOnce: number,
  onExit: () => Promise<void> = async () => undefined,
): Promise<void> {
  let left = times;
  const lane = async () => {
    while (left-- > 0) {
      await once(spawn(command, args, { stdio: "ignore" }), "exit");
      await onExit();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
