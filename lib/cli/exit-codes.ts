import { constants } from "node:os";
import type { Cause } from "../runs/cause.ts";
import type { LaunchError } from "../runs/launch-error.ts";
import type { Result } from "../runs/result.ts";

/**
 * Exit codes of `slipway` that are not a run's own; 64 to 78 as BSD's sysexits.h has them, 128 + n as shells report
 * signal n. docs/cli.md is their documentation.
 */
export const EXIT = {
  ok: 0,
  /** What was looked for is not there. */
  notFound: 1,
  /** The command line is wrong (EX_USAGE). */
  usage: 64,
  /** A request or a configuration is wrong, or the run was rejected (EX_DATAERR). */
  badRequest: 65,
  /** A file cannot be read (EX_NOINPUT). */
  noInput: 66,
  /** An engine or a queue did not answer (EX_UNAVAILABLE). */
  unavailable: 69,
  /** The infrastructure failed the run, or Slipway itself is broken (EX_SOFTWARE). */
  crashed: 70,
  /** This machine refuses what is needed: a full disk, a missing permission, a limit (EX_OSERR). */
  machine: 71,
  /** Not over yet: left running, or waited for too long (EX_TEMPFAIL). */
  notYet: 75,
  /** The run was cancelled, as a shell reports a command ended by Ctrl-C. */
  cancelled: 128 + constants.signals.SIGINT,
} as const;

/** The status code of a run that left none; of one that SIGHUP ended, too. */
const UNKNOWN = -1;

/** The exit code of `slipway run` for the end of its run. */
export function exitCodeOf({
  state,
  status_code: code,
  cause,
}: Pick<Result["data"], "state" | "status_code"> & {
  readonly cause: Pick<Cause, "code"> | null;
}): number {
  switch (state) {
    case "completed":
      return EXIT.ok;
    case "failed":
      return code === UNKNOWN && cause?.code !== "Signal" ? EXIT.crashed : toShellCode(code);
    case "crashed":
      return code !== null && code > 0 ? toShellCode(code) : EXIT.crashed;
    case "cancelled":
      return EXIT.cancelled;
    case "rejected":
      return EXIT.badRequest;
    case "delayed":
      return EXIT.unavailable;
    case "submitted":
      return EXIT.notYet;
  }
}

/** A failure is never 0, and a signal's negative number becomes what a shell makes of it. */
function toShellCode(code: number | null): number {
  if (code === null || code === 0) return EXIT.crashed;
  return code < 0 ? 128 - code : code & 0xff || EXIT.crashed;
}

export function exitCodeOfError({ code, retryable }: LaunchError): number {
  if (retryable) return EXIT.unavailable;
  return code === "EngineLost" ? EXIT.crashed : EXIT.badRequest;
}
