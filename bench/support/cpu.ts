import { readFile } from "node:fs/promises";

/** The kernel counts in hundredths of a second, whatever the machine: USER_HZ. */
const MS_PER_TICK = 10;

export interface CpuTime {
  /** The process itself, in milliseconds. */
  readonly own: number;
  /** Its children that have ended, in milliseconds. */
  readonly children: number;
}

/** What a process has used so far; see proc_pid_stat(5). Linux only. */
export async function cpuTimeOf(pid: number): Promise<CpuTime> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: (user + system) * MS_PER_TICK, children: (childUser + childSystem) * MS_PER_TICK };
}
