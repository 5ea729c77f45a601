import type { ApiError } from "./api-error.ts";
import { isLate } from "./transport.ts";

const MAX_ATTEMPTS = 3;

/** Every connection that was kept may have died while a Lambda was frozen: each is found out by one failing call. */
const MAX_STALE_ATTEMPTS = 8;

/** A server that wants to be left alone for longer than this is left to the queue's pauses, in milliseconds. */
const MAX_PAUSE_MS = 2_000;

/**
 * How long to wait before the same call is made again, in milliseconds; undefined where it is not worth it. Repeating is
 * safe for every call we make: what is created has a name, what is patched has a precondition or always the same value.
 */
export function retryPauseMs(
  { statusCode, staleSocket, retryAfterMs, cause }: ApiError,
  attempts: number,
  random = Math.random,
): number | undefined {
  if (statusCode === 0 && staleSocket) return attempts < MAX_STALE_ATTEMPTS ? 0 : undefined;
  if (attempts >= MAX_ATTEMPTS) return undefined;
  const growing = 100 * 2 ** attempts * (0.5 + random());
  if (isLate(cause)) return undefined; // it has had its time: whoever waits for it may have none left
  if (statusCode === 0) return growing;
  if (statusCode !== 429 && statusCode !== 503) return undefined;
  const asked = retryAfterMs ?? growing;
  return asked <= MAX_PAUSE_MS ? asked : undefined;
}
