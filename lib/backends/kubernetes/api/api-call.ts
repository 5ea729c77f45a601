import type { Connection, Credentials } from "../connect/connection.ts";
import type { HttpCall } from "./transport.ts";

export interface ApiCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; JSON where unset. */
  readonly contentType?: string;
  /** Of the answer; JSON where unset. */
  readonly accept?: string;
  /** The answer goes on for long (a watch, a log that is followed): it gets a connection of its own. */
  readonly isEndless?: boolean;
  /** An answer that says nothing for longer than this has broken off, in milliseconds. */
  readonly silenceMs?: number;
  /** The caller's own time; each attempt has a deadline besides. */
  readonly signal: AbortSignal;
}

const JSON_TYPE = "application/json";

export function toHttpCall(
  call: ApiCall,
  { impersonation }: Pick<Connection, "impersonation">,
  { authorization }: Credentials,
  signal: AbortSignal,
): HttpCall {
  const { method, path, query, body, contentType = JSON_TYPE, accept = JSON_TYPE } = call;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return {
    method,
    path: path + toQuery(query),
    headers: {
      accept,
      "user-agent": "slipway",
      ...(text === undefined ? {} : { "content-type": contentType }),
      ...impersonation,
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: text,
    signal,
    isEndless: call.isEndless ?? false,
    silenceMs: call.silenceMs,
  };
}

function toQuery(query: ApiCall["query"] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") given.set(name, String(value));
  return given.size === 0 ? "" : `?${given}`;
}
