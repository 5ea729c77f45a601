import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { constants as os } from "node:os";
import { join } from "node:path";
import type { LaunchRecord } from "./records.ts";

export interface Command {
  /** undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Its exit code, or the negative number of its signal. Rejects with what the operating system said at the start. */
  readonly status: Promise<number>;
  /** stdout and stderr in the order in which they were written. */
  readonly output: Socket;
}

interface Place {
  readonly workingDirectory: string;
  /** Where a pipe may be made. */
  readonly directory: string;
  /** What the command inherits. */
  readonly inherited: NodeJS.ProcessEnv;
}

/** Starts the command without a shell, in a session of its own. */
export function startCommand({ command, env, unset }: LaunchRecord, place: Place): Command {
  const [file = "", ...args] = command;
  const inherited = Object.entries(place.inherited).filter(([name]) => !unset.includes(name));
  const pipe = openPipe(join(place.directory, ".output"));
  try {
    const child = spawn(file, args, {
      cwd: place.workingDirectory,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ["ignore", pipe.writeEnd, pipe.writeEnd],
      detached: true,
      shell: false,
    });
    return { pid: child.pid, status: statusOf(child), output: pipe.output };
  } finally {
    closeSync(pipe.writeEnd);
  }
}

function statusOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? -(signal ? os.signals[signal] : 0)));
  });
}

/**
 * One named pipe for both streams. Node's own pipes are two, which loses the order between them, and are sockets, which
 * a command cannot open again as /dev/stderr.
 */
function openPipe(path: string): { writeEnd: number; output: Socket } {
  const made = spawnSync("mkfifo", ["-m", "600", path], { encoding: "utf8" });
  if (made.status !== 0) throw made.error ?? new Error(made.stderr);
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return { writeEnd, output: new Socket({ fd: readEnd, readable: true, writable: false }) };
}
