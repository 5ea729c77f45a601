import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Connection, Credentials } from "../connect/connection.ts";
import { ApiError } from "./api-error.ts";
import { createDispatcher, type Dispatched, type Taken } from "./dispatcher.ts";
import { exchange } from "./exchange.ts";

export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  /** true: the answer goes on for long and must not hold up the calls. */
  readonly isEndless: boolean;
  /** An answer that says nothing for longer than this has broken off, in milliseconds. */
  readonly silenceMs: number | undefined;
}

interface Head {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
}

export interface WholeAnswer extends Head {
  readonly body: Buffer;
}

export interface OpenAnswer extends Head {
  readonly body: Readable;
}

/** Both throw an ApiError with status 0 where there is no answer. */
export interface Transport {
  send(call: HttpCall, as: Credentials): Promise<WholeAnswer>;
  /** Resolves when the head of the answer is there. */
  open(call: HttpCall, as: Credentials): Promise<OpenAnswer>;
  close(): void;
}

/** Calls over connections that are kept, until the client certificate changes; client-node opens one for each call (docs/decisions). */
export function createTransport(connection: Connection): Transport {
  const { server } = connection;
  const base = server.pathname.replace(/\/+$/, "");
  let key: Credentials["key"];
  let calls: Dispatcher | undefined;
  let streams: Dispatcher | undefined;
  const close = (how: "close" | "destroy") => {
    for (const one of [calls, streams]) one?.[how]().catch(() => undefined);
    calls = undefined;
    streams = undefined;
  };
  const dispatcherFor = (isEndless: boolean, as: Credentials) => {
    if (key !== as.key) close("close"); // calls on their way keep theirs
    key = as.key;
    if (isEndless) streams ??= createDispatcher(connection, as, true);
    else calls ??= createDispatcher(connection, as, false);
    return (isEndless ? streams : calls) as Dispatcher;
  };
  const toOptions = ({ method, path, headers, body, ...call }: HttpCall, taken: Taken) => ({
    origin: server.origin,
    method,
    path: base + path,
    headers,
    body: body ?? null,
    reset: call.isEndless,
    bodyTimeout: call.silenceMs ?? 0,
    taken,
  });
  const attempt = async <T>(
    call: HttpCall,
    as: Credentials,
    work: (dispatcher: Dispatcher, options: Dispatched) => Promise<T>,
  ): Promise<T> => {
    const taken = { wasUsed: false };
    try {
      return await work(dispatcherFor(call.isEndless, as), toOptions(call, taken));
    } catch (error) {
      throw networkError(error, taken.wasUsed);
    }
  };
  return {
    send: (call, as) =>
      attempt(call, as, (dispatcher, options) => exchange(dispatcher, options, call.signal)),
    open: (call, as) =>
      attempt(call, as, async (dispatcher, options) => {
        const answer = await dispatcher.request({ ...options, signal: call.signal });
        answer.body.on("error", () => undefined); // it may break off when nobody reads it any more
        return answer;
      }),
    close: () => close("destroy"),
  };
}

const STALE = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** `wasUsed`: the connection had served before and may have been dead all along: nothing was sent as a rule. */
export function networkError(error: unknown, wasUsed = false): ApiError {
  if (error instanceof ApiError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const staleSocket = wasUsed && STALE.includes(String(code));
  const text = isLate(error) ? "it did not answer in time" : describe(code, message);
  return new ApiError(0, text, { staleSocket, cause: error });
}

/** A signal has ended it: undici calls by the same name what a proxy refuses. */
export const isLate = (error: unknown) =>
  error instanceof DOMException && (error.name === "AbortError" || error.name === "TimeoutError");

const describe = (code: string | undefined, message: string) =>
  code && !message.includes(code) ? `${message} (${code})` : message;
