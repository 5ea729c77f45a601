import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import type { Transport } from "../connect/transport.ts";
import type { EngineCall } from "./call.ts";

/** Work on a call, with the reason of its failure in words. */
export async function explain<T>(
  transport: Transport,
  request: EngineCall,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LaunchError) throw error;
    throw noAnswer(transport.host, reasonOf(error, request), error);
  }
}

/** The engine cannot be asked; nothing is known. Prefect's words, which people search for. */
export function noAnswer(host: string, reason: string, cause?: unknown): LaunchError {
  return unavailable(`Could not connect to Docker at ${host}: ${reason}`, {
    hint: "Check that the engine runs, and the address, certificates and rights to reach it.",
    cause,
  });
}

function reasonOf(error: unknown, { signal, deadlineMs, path }: EngineCall): string {
  if (signal.aborted) return "there was no time left to wait for it";
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === "TimeoutError" || name === "AbortError")
    return `no answer within ${deadlineMs / 1_000} s to ${path}`;
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
