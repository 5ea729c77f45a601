import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { identify, type ProcessIdentity, sendSignal, statOf } from "./process-identity.ts";
import { UID_VARIABLE } from "./recorder-protocol.ts";

/** What tells a run's processes from all others. */
export interface Tree {
  /** The command itself: it began a session and a group of its number. Undefined where it is not known. */
  readonly leader: ProcessIdentity | undefined;
  /** The run's own, not its id's: another Slipway on this machine may have a run of the same id. */
  readonly uid: string;
}

interface Member {
  readonly pid: number;
  readonly group: number;
}

/**
 * Every process that the command is or left: those of its session and group, and on Linux those that moved out of both
 * (daemons) and still carry the run's uid in their environment. Containers on this machine are not looked into.
 */
export function membersOf(tree: Tree): Member[] {
  const group = groupOf(tree);
  if (process.platform !== "linux") return group === undefined ? [] : membersFromPs(group);
  const mark = `${UID_VARIABLE}=${tree.uid}`;
  return numbersIn("/proc").flatMap((pid) => {
    const stat = pid === process.pid ? undefined : statOf(pid);
    if (!stat || stat.state === "Z") return [];
    const belongs =
      stat.group === group ||
      stat.session === group ||
      (isNoOlder(stat.startTime, tree.leader) && carries(pid, mark));
    return belongs ? [{ pid, group: stat.group }] : [];
  });
}

/** Sends a signal to all of them: to the group at one blow, so that none of it forks away, and to the others one by one. */
export function signalTree(tree: Tree, signal: NodeJS.Signals): void {
  const group = groupOf(tree);
  const members = membersOf(tree);
  if (members.some((member) => member.group === group)) sendSignal(-Number(group), signal);
  for (const { pid } of members.filter((member) => member.group !== group)) sendSignal(pid, signal);
}

/** A group keeps its number taken: where its leader is gone and the number is in use again, the group is a stranger's. */
function groupOf({ leader }: Tree): number | undefined {
  if (!leader) return undefined;
  const holder = identify(leader.pid);
  return holder === undefined || holder.birth === leader.birth ? leader.pid : undefined;
}

/** Whatever a command started is no older than the command: nobody else's environment need be read. */
function isNoOlder(startTime: string, leader: ProcessIdentity | undefined): boolean {
  const since = Number(leader?.birth.split(":").at(-1) ?? 0); // ticks since boot
  return Number(startTime) >= since;
}

function carries(pid: number, mark: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    return environment.split("\0").includes(mark) && sharesNamespace(pid);
  } catch {
    return false; // gone meanwhile, or another user's
  }
}

const sharesNamespace = (pid: number) =>
  readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync("/proc/self/ns/pid");

const numbersIn = (directory: string) =>
  readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function membersFromPs(group: number): Member[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,pgid="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, pgid]) => (pid !== undefined && pgid === group ? [{ pid, group }] : []));
}
