import { isRecord } from "../../../runs/canonical-json.ts";
import { mask, maskCredentials } from "../../../runs/redact.ts";
import { ApiError } from "./api-error.ts";
import type { ApiStatus } from "./api-types.ts";
import type { WholeAnswer } from "./transport.ts";

export interface Answer<T> {
  readonly body: T;
  /** The API server's clock when it answered, in milliseconds; no other clock is ever compared with its timestamps. */
  readonly nowMs: number;
  /** What the API server has to remark about a call that it carried out all the same: unknown fields, deprecations. */
  readonly warnings: readonly string[];
}

export const isSuccess = ({ statusCode }: Pick<WholeAnswer, "statusCode">) =>
  statusCode >= 200 && statusCode < 300;

export function toAnswer<T>({ headers, body }: WholeAnswer): Answer<T> {
  const nowMs = Date.parse(headers.date ?? "");
  try {
    return {
      body: JSON.parse(body.toString("utf8")) as T,
      nowMs,
      warnings: warningsOf(headers.warning),
    };
  } catch (cause) {
    throw new ApiError(0, "its answer is not JSON", { cause });
  }
}

/** `authorization` is what the call was made with: an answer may repeat it, and errors are logged. */
export function toApiError(
  { statusCode, headers, body }: WholeAnswer,
  authorization: string | undefined,
): ApiError {
  const status = parseStatus(
    mask(maskCredentials(body.toString("utf8")), secretsOf(authorization)),
  );
  const seconds = Number(headers["retry-after"] ?? status.details?.retryAfterSeconds);
  return new ApiError(statusCode, status.message ?? `HTTP ${statusCode}`, {
    status,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  });
}

const secretsOf = (authorization = "") => [authorization.replace(/^\S+ /, "")].filter(Boolean);

/** What a proxy in between answers is no Status: its text says nothing that could be relied on. */
function parseStatus(text: string): ApiStatus {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value.kind === "Status" ? value : {};
  } catch {
    return {};
  }
}

/** `299 - "text"`, one or more, RFC 7234 section 5.5. */
const WARNING = /\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;

/** undici leaves a header that came more than once as a list. */
function warningsOf(warning: string | string[] = []): string[] {
  return [...String(warning).matchAll(WARNING)].map(([, text = ""]) =>
    text.replace(/\\(.)/g, "$1"),
  );
}
