import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";

export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, "exit");
  child.kill(signal);
  await over;
}

/** Every process that has a folder in its command line, as the shims of an engine of a test's own have. */
export async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const commands = await Promise.all(
    pids.map(
      async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")] as const,
    ),
  );
  return commands
    .filter(([pid, command]) => pid !== process.pid && command.includes(folder))
    .map(([pid]) => pid);
}

export function killTree(pid: number) {
  const children = tryRun("pgrep", "-P", String(pid)).split("\n").filter(Boolean).map(Number);
  for (const one of [pid, ...children]) {
    try {
      process.kill(one, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

export function unmountBelow(folder: string) {
  const points = tryRun("cat", "/proc/mounts")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((point) => point.startsWith(folder));
  for (const point of points.reverse()) tryRun("umount", "-l", point);
}

export function tryRun(program: string, ...given: string[]): string {
  try {
    return execFileSync(program, given, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return ""; // pgrep finds nothing, a mount is gone already
  }
}
