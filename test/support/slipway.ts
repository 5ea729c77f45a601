import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { createProcessBackend } from "../../lib/backends/process/backend.ts";
import { DEFAULT_CONFIG } from "../../lib/config/default-config.ts";
import { someBackendDependencies } from "./builders.ts";

/** These tests start dozens of programs each, side by side with others on the same cores. */
export const PATIENT = { testTimeout: 300_000, hookTimeout: 300_000 } as const;

const ROOT = resolve(import.meta.dirname, "../..");
const FROM_SOURCE = [process.execPath, join(ROOT, "lib/cli/main.ts")] as const;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Called {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program at work. */
export interface Started {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout and stderr together match; throws where the program ends first. */
  saying(pattern: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Called>;
}

/** The real program in a state directory of its own, where no engine but processes is to be found. */
export interface Slipway extends AsyncDisposable {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  start(args: readonly string[], more?: Partial<StartOptions>): Started;
  call(args: readonly string[], more?: Partial<StartOptions>): Promise<Called>;
}

interface StartOptions {
  readonly input: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export async function aSlipway(program: readonly string[] = FROM_SOURCE): Promise<Slipway> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-e2e-"));
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    HOME: directory,
    XDG_STATE_HOME: join(directory, "state"),
    KUBECONFIG: join(directory, "none"),
    DOCKER_HOST: `unix://${join(directory, "none.sock")}`,
  };
  const started = new Set<Child>();
  const start: Slipway["start"] = (args, { input = "", env: more = {}, cwd = ROOT } = {}) => {
    const [command = "", ...before] = program;
    const child = spawn(command, [...before, ...args], {
      cwd,
      env: { ...env, ...more },
      stdio: ["pipe", "pipe", "pipe"],
    });
    started.add(child);
    child.stdin.on("error", () => undefined); // it may not read its input
    child.stdin.end(input);
    return followed(child);
  };
  return {
    directory,
    env,
    start,
    call: (args, more) => start(args, more).ended,
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill("SIGKILL");
      await endRuns(join(env.XDG_STATE_HOME, "slipway", "runs"));
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function followed(child: Child): Started {
  const texts = { stdout: "", stderr: "" };
  let over = false;
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  const ended = once(child, "close").then(([exitCode]): Called => {
    over = true;
    return { exitCode, ...texts };
  });
  return {
    pid: child.pid ?? -1,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    async saying(pattern) {
      while (!pattern.test(texts.stdout + texts.stderr)) {
        if (over) throw new Error(`it ended without saying ${pattern}: ${JSON.stringify(texts)}`);
        await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), ended]);
      }
    },
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** A failed test may leave runs behind, which would outlive it. */
async function endRuns(directory: string): Promise<void> {
  const config = { ...DEFAULT_CONFIG, process: { directory } };
  const backend = createProcessBackend(someBackendDependencies({ config }));
  const target = { type: "process", name: "default" } as const;
  const signal = AbortSignal.timeout(CLEANUP_MS);
  const order = { graceSeconds: 0, reason: "Cancelled", message: "the test is over" } as const;
  for await (const { state, run } of backend.open(target, { signal })) {
    if (state === "ended") continue;
    await backend.cancel(run.key, order, signal);
    for await (const _ of backend.output(run, { signal, follow: true })); // to its end
  }
  await backend.close();
}

const CLEANUP_MS = 30_000;
