import type { ApiStatus } from "./api-types.ts";

interface Particulars {
  readonly status?: ApiStatus | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The connection had served before and may have been dead all along: nothing was sent as a rule. */
  readonly staleSocket?: boolean;
  readonly cause?: unknown;
}

/** One call that did not succeed, as the API server said it, or as the network failed (`statusCode` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; 0 where there was no answer. */
  readonly statusCode: number;
  readonly status: ApiStatus;
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly staleSocket: boolean;

  constructor(statusCode: number, message: string, particulars: Particulars = {}) {
    super(message, particulars.cause === undefined ? undefined : { cause: particulars.cause });
    this.statusCode = statusCode;
    this.status = particulars.status ?? {};
    this.retryAfterMs = particulars.retryAfterMs;
    this.staleSocket = particulars.staleSocket ?? false;
  }
}

export const hasStatus = (error: unknown, ...codes: readonly number[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.statusCode);

export const isGone = (error: unknown) => hasStatus(error, 404);

/** A delete or a patch of what is gone already has reached its goal. */
export function ignoreGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

/** The cluster is not where, or not who, or does not know us as, it was when its connection was looked up. */
export function isOutdated(error: unknown): boolean {
  if (!hasStatus(error, 0, 401)) return false;
  const { code = "" } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return error.statusCode === 401 || /CERT|SELF_SIGNED|VERIFY|ENOTFOUND|ECONNREFUSED/.test(code);
}
