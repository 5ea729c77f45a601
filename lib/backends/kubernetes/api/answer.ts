import type { IncomingMessage } from "node:http";
import { isRecord } from "../../../runs/canonical-json.ts";
import { mask, maskCredentials } from "../../../runs/redact.ts";
import { ApiError } from "./api-error.ts";
import type { ApiStatus } from "./api-types.ts";
import { networkError } from "./transport.ts";

/** An answer's body beyond this is nothing that was asked for. */
const MAX_BODY_BYTES = 128 * 1_048_576;

export interface Answer<T> {
  readonly body: T;
  /** The API server's clock when it answered, in milliseconds; no other clock is ever compared with its timestamps. */
  readonly nowMs: number;
  /** What the API server has to remark about a call that it carried out all the same: unknown fields, deprecations. */
  readonly warnings: readonly string[];
}

export const isSuccess = ({ statusCode = 0 }: IncomingMessage) =>
  statusCode >= 200 && statusCode < 300;

/** By events rather than by iteration, which costs as much again as the whole call. */
export function readBody(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY_BYTES)
        response.destroy(new Error(`its answer is larger than ${MAX_BODY_BYTES} bytes`));
    });
    response.once("end", () => resolve(Buffer.concat(chunks)));
    response.once("error", (error) => reject(networkError(error))); // the answer broke off
  });
}

export function toAnswer<T>(response: IncomingMessage, bytes: Buffer): Answer<T> {
  const nowMs = Date.parse(response.headers.date ?? "");
  try {
    return { body: JSON.parse(bytes.toString("utf8")) as T, nowMs, warnings: warningsOf(response) };
  } catch (cause) {
    throw new ApiError(0, "its answer is not JSON", { cause });
  }
}

/** `authorization` is what the call was made with: an answer may repeat it, and errors are logged. */
export function toApiError(
  response: IncomingMessage,
  bytes: Buffer,
  authorization: string | undefined,
): ApiError {
  const statusCode = response.statusCode ?? 0;
  const status = parseStatus(
    mask(maskCredentials(bytes.toString("utf8")), secretsOf(authorization)),
  );
  const seconds = Number(response.headers["retry-after"] ?? status.details?.retryAfterSeconds);
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

function warningsOf({ headers: { warning } }: IncomingMessage): string[] {
  if (warning === undefined) return [];
  return [...warning.matchAll(WARNING)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}
