import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * What lies in a run's directory. Every file is made once, whole, by whoever comes first; none is ever changed but
 * `cancel.json`, whose grace may be shortened.
 */
export const FILES = {
  /** What was asked and by whom; with the directory itself, from the first moment on. */
  request: "request.json",
  /** Command and environment; gone as soon as the command has started. */
  launch: "launch.json",
  /** Who decides the run's fate: the one recorder that may start it, or a fence, after which none may. */
  claim: "claim.json",
  /** The command's process. */
  start: "start.json",
  cancel: "cancel.json",
  end: "end.json",
  /** Its result is out. */
  settled: "settled.json",
  /** The output's last segments. */
  output: "output",
  /** What the recorder itself complained about. */
  recorderLog: "recorder.log",
} as const;

const HASH = /^[a-z2-7]{16}$/;

export const isRunDirectory = (name: string) => HASH.test(name);

/** Not yet a run (`new`) or no longer one (`old`): renamed into and out of its place, so that a run is whole or not there. */
export const PASSING = /^\.(new|old)-/;

/** A run's working directory, removed with its end. */
export const workingDirectoryOf = (uid: string) => join(tmpdir(), `slipway-${uid}`);

/** `configured`, else where a user's state belongs by the XDG base directory specification; in Lambda the one writable place. */
export function runsDirectory(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (configured !== undefined) return resolve(configured);
  if (env.AWS_LAMBDA_FUNCTION_NAME) return join(tmpdir(), "slipway", "runs");
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(state, "slipway", "runs");
}
