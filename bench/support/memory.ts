import { readdir, readFile } from "node:fs/promises";

/** What a process holds of the machine's memory, shared pages by their share, in MB. Linux only. */
export async function proportionalMegabytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return kilobytes(rollup, "Pss") / 1_000;
}

/** What a process holds of the machine's memory, shared pages included, in MB. Linux only. */
export async function residentMegabytes(pid: number): Promise<number> {
  return kilobytes(await readFile(`/proc/${pid}/status`, "utf8"), "VmRSS") / 1_000;
}

/**
 * The most that a process ever held of the machine's memory, shared pages included, in MB. Linux only. Not `maxRSS` of
 * getrusage(2): a child's begins at what the process held that it was forked from.
 */
export async function mostResidentMegabytes(pid: number | "self"): Promise<number> {
  return kilobytes(await readFile(`/proc/${pid}/status`, "utf8"), "VmHWM") / 1_000;
}

function kilobytes(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`no ${name} is told of this process`);
  return Number(value);
}

/** Processes whose command line holds a text. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_pid, index) => lines[index]?.includes(text)).map(Number);
}
