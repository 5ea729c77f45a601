import { constants } from "node:os";
import { type Cause, causeOf } from "../../../runs/cause.ts";

/** A shell and the container runtimes report a death by signal n as 128 + n. */
const SIGNAL_BASE = 128;

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** What the exit code of `title`, a container, says by itself; 0 is no failure of its own. */
export function causeOfExit(title: string, code: number, signal?: number): Cause {
  const name = SIGNALS.get(signal || code - SIGNAL_BASE);
  if (!name) return causeOf("Exit", `${title} ended with exit code ${code}`);
  return causeOf("Signal", `${title} ended with exit code ${code}: ${name}`);
}

/** Killed or terminated: by the command's own doing, or because its pod was deleted. */
export const isKillCode = (code: number) =>
  code === SIGNAL_BASE + constants.signals.SIGKILL ||
  code === SIGNAL_BASE + constants.signals.SIGTERM;
