import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ComponentSpec } from "./component.ts";

/** A process that the soak started and may end, freeze and start again. */
export interface Victim {
  readonly name: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

const COMPONENT = fileURLToPath(new URL("component.ts", import.meta.url));

/** A part of Slipway. */
export function createVictim(name: string, spec: ComponentSpec, logFile: string): Victim {
  let child: ChildProcess | undefined;
  const log = openSync(logFile, "a");
  return {
    name,
    async kill() {
      const ending = child;
      child = undefined;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      ending.kill("SIGKILL");
      await once(ending, "exit");
    },
    async restart() {
      child = spawn(process.execPath, [COMPONENT], {
        env: { ...process.env, SOAK_COMPONENT: JSON.stringify(spec) },
        stdio: ["ignore", log, log],
      });
      await once(child, "spawn");
    },
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
  };
}

export interface Daemon {
  readonly name: string;
  pid(): number;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** A part of an engine, which somebody else starts. */
export function daemonVictim({ name, pid, kill, restart }: Daemon): Victim {
  return {
    name,
    kill,
    restart,
    freeze: () => void process.kill(pid(), "SIGSTOP"),
    thaw: () => void process.kill(pid(), "SIGCONT"),
  };
}
