/** What this machine refuses, and what a person can do about it. */
export interface MachineTrouble {
  readonly message: string;
  readonly hint: string;
}

/** Node's name of the error → what it means and what helps. */
const SYSTEM: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "Free some space on it and try again."],
  EDQUOT: ["the disk quota is used up", "Free some space in it and try again."],
  EACCES: ["permission denied", "Give this user access, or name another place."],
  EPERM: ["operation not permitted", "Give this user access, or name another place."],
  EROFS: ["the file system is read-only", "Name a place that can be written."],
  ENOTDIR: ["not a directory", "Name a place that can be a directory."],
  ENOENT: ["there is no such file or directory", "Make it, or name another place."],
  EMFILE: ["too many open files", "Raise the limit (ulimit -n) and try again."],
  ENFILE: ["too many open files on this machine", "Close some programs and try again."],
  EAGAIN: ["too many processes", "Raise the limit (ulimit -u) and try again."],
  ENOMEM: ["out of memory", "Close some programs and try again."],
  EIO: ["the disk reports an error", "Check the disk."],
};

/** SQLite's primary result codes (https://sqlite.org/rescode.html), in which the embedded queue fails. */
const SQLITE: Readonly<Record<number, string>> = {
  3: "EACCES",
  7: "ENOMEM",
  8: "EROFS",
  10: "EIO",
  13: "ENOSPC",
  14: "EACCES",
};

const PLACES =
  "Queues and runs are kept in XDG_STATE_HOME, short-lived files in TMPDIR; both may be set.";

/** The trouble of the machine that an error, or what caused it, tells of; undefined where it tells of none. */
export function machineTrouble(error: unknown): MachineTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
  // An extended result code has the primary one in its lowest byte.
  const name = errcode === undefined ? (syscall && code) || undefined : SQLITE[errcode & 0xff];
  const known = name === undefined ? undefined : SYSTEM[name];
  if (!known) return machineTrouble(error.cause);
  const [meaning, hint] = known;
  const where = path === undefined ? "" : ` (${path})`;
  return { message: `This machine could not do it: ${meaning}${where}`, hint: `${hint} ${PLACES}` };
}
