import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** One process and no other: a number alone is given to a stranger once its owner is gone. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it began, as its kernel says it (boot and ticks since), for comparing only. */
  readonly birth: string;
}

/** elsewhere: it is another host's process, and nothing can be said about it here. */
export type Standing = "alive" | "gone" | "elsewhere";

/** Whose number this is now; undefined where nobody's. */
export function identify(pid: number = process.pid): ProcessIdentity | undefined {
  const birth = birthOf(pid);
  return birth === undefined ? undefined : { host: hostname(), pid, birth };
}

/** How the process stands. One that has ended and is not yet reaped is gone. */
export function standingOf({ host, pid, birth }: ProcessIdentity): Standing {
  if (host !== hostname()) return "elsewhere";
  return birthOf(pid, { orZombie: false }) === birth ? "alive" : "gone";
}

/** Sends a signal unless the process is gone, whoever has its number by now. */
export function signalProcess(to: ProcessIdentity, signal: NodeJS.Signals): void {
  if (standingOf(to) === "alive") sendSignal(to.pid, signal);
}

/** Negative numbers are process groups. Whoever is gone, or not ours, is left alone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

function birthOf(pid: number, { orZombie = true } = {}): string | undefined {
  if (process.platform !== "linux") return birthFromPs(pid, orZombie);
  const fields = statOf(pid);
  if (!fields || (!orZombie && isDead(fields.state))) return undefined;
  return `${bootId()}:${fields.startTime}`;
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
}

/** `/proc/PID/stat`, see proc_pid_stat(5); the second field, a name in parentheses, may hold anything. */
export function statOf(pid: number): Stat | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", , group, session] = fields;
  return { state, group: Number(group), session: Number(session), startTime: fields[19] ?? "" };
}

const isDead = (state: string) => state.startsWith("Z") || state.startsWith("X");

let boot: string | undefined;

/** Ticks count from the boot: the same number after a reboot is another process. */
function bootId(): string {
  boot ??= (readOrNothing("/proc/sys/kernel/random/boot_id") ?? "").trim();
  return boot;
}

function birthFromPs(pid: number, orZombie: boolean): string | undefined {
  try {
    const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } } as const;
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], options).trim();
    const [state = "", ...birth] = line.split(/\s+/);
    return !orZombie && isDead(state) ? undefined : birth.join(" ");
  } catch {
    return undefined; // ps fails where there is no such process
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined; // the process is gone, or is not ours to look at
  }
}
