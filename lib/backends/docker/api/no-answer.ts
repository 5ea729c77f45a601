import { type LaunchError, unavailable } from "../../../runs/launch-error.ts";
import type { Connection } from "../connect/connection.ts";
import { Refusal } from "./answer.ts";

/** Why a call is given up by itself: its deadline has passed. */
export class NoAnswerYet extends Error {
  constructor(deadlineMs: number) {
    super(`no answer within ${deadlineMs / 1_000} s`);
  }
}

/** The engine cannot be asked; nothing is known. Prefect's words, which people search for. */
export function noAnswer(host: string, reason: string, cause?: unknown): LaunchError {
  return unavailable(`Could not connect to Docker at ${host}: ${reason}`, {
    hint: "Check that the engine runs, and the address, certificates and rights to reach it.",
    cause,
  });
}

/** Why a request has failed, from its error and from the signal that ends it; a refusal speaks for itself. */
export function noAnswerTo(
  path: string,
  { connection, signal }: { readonly connection: Connection; readonly signal: AbortSignal },
  error: unknown,
): LaunchError | Refusal {
  if (error instanceof Refusal) return error;
  const cause = error instanceof StaleConnection ? error.cause : error;
  return noAnswer(connection.host, reasonOf(cause, signal, path.replace(/\?.*$/, "")), cause);
}

/** A kept connection had died before the request was sent over it. */
export class StaleConnection extends Error {
  constructor(cause: unknown) {
    super("a kept connection had died", { cause });
  }
}

function reasonOf(error: unknown, signal: AbortSignal, path: string): string {
  if (signal.reason instanceof NoAnswerYet) return `${signal.reason.message} to ${path}`;
  if (signal.aborted) return "there was no time left to wait for it";
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? (message || code || String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOENT: "there is no such socket",
  EACCES: "no permission for the socket",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be resolved now",
  ECONNRESET: "it broke the connection off",
  EPIPE: "it broke the connection off",
  EHOSTUNREACH: "there is no way to it",
  ETIMEDOUT: "it does not answer",
};
