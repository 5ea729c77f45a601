import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unavailable } from "../../runs/launch-error.ts";
import { FILES } from "./layout.ts";
import { READY_FD, recorderEnvironment } from "./recorder-protocol.ts";

/** A program of its own. The bundler finds it by this very expression and puts a bundle of it beside this one. */
const RECORDER = fileURLToPath(new URL("./recorder.ts", import.meta.url));

/**
 * Starts a recorder that this process need not outlive, and waits until the command runs or cannot. Where another
 * recorder has claimed the run already, this one leaves at once. Throws a retryable LaunchError where it cannot start.
 */
export async function startRecorder(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const settled = new AbortController();
  const log = openSync(join(directory, FILES.recorderLog), "a", 0o600);
  try {
    const recorder = spawn(process.execPath, [RECORDER, directory], {
      cwd: "/",
      env: recorderEnvironment(env, join(dirname(directory), ".cache")),
      stdio: ["ignore", log, log, "pipe"],
      detached: true,
    });
    recorder.unref();
    await readyOrFailed(recorder, AbortSignal.any([signal, settled.signal]));
  } catch (error) {
    if (signal.aborted) return; // it goes on without us: the next look shows how far it came
    const why = error instanceof Error ? error.message : String(error);
    throw unavailable(`Could not start a recorder: ${why}`, { cause: error });
  } finally {
    settled.abort();
    closeSync(log);
  }
}

async function readyOrFailed(recorder: ChildProcess, signal: AbortSignal): Promise<void> {
  const pipe = recorder.stdio[READY_FD] as Socket;
  pipe.resume();
  try {
    const failure = once(recorder, "error", { signal }).then(([error]) => Promise.reject(error));
    await Promise.race([failure, once(pipe, "close", { signal })]);
  } finally {
    pipe.destroy();
  }
}
