import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Transport } from "../connect/transport.ts";
import { explain } from "./no-answer.ts";

export interface EngineCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the whole answer may take, in milliseconds; of a stream, its beginning. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Made once, over a connection of its own: for what must not be repeated unasked. */
  readonly once?: boolean;
}

export interface EngineAnswer {
  readonly status: number;
  /** The answer's JSON, or its text where it is none; undefined where it is empty. */
  readonly body: unknown;
  /** How long the engine asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** One call and its whole answer, whatever its status. Throws a retryable LaunchError where there is none. */
export function call(transport: Transport, request: EngineCall): Promise<EngineAnswer> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.deadlineMs)]);
  return explain(transport, request, async () => {
    const response = await sendAgain(transport, request, signal);
    return readAnswer(response);
  });
}

/**
 * One call whose answer is a stream: it breaks off with an error where `signal` aborts or the engine goes away. Throws a
 * retryable LaunchError where the engine does not begin to answer in time.
 */
export async function openStream(
  transport: Transport,
  request: EngineCall,
): Promise<IncomingMessage> {
  const beginning = new AbortController();
  const timer = setTimeout(
    () => beginning.abort(new DOMException("no answer", "TimeoutError")),
    request.deadlineMs,
  );
  const signal = AbortSignal.any([request.signal, beginning.signal]);
  try {
    return await explain(transport, request, () => send(transport, request, signal, "stream"));
  } finally {
    clearTimeout(timer);
  }
}

/** What is left of a response, read to its end. */
export async function readAnswer(response: IncomingMessage): Promise<EngineAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const seconds = Number(response.headers["retry-after"]);
  return {
    status: response.statusCode ?? 0,
    body: parseBody(Buffer.concat(chunks).toString("utf8")),
    retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
  };
}

/** A kept connection may have died unseen, while a function was frozen say: then the call is made once more on a new one. */
async function sendAgain(transport: Transport, request: EngineCall, signal: AbortSignal) {
  if (request.once) return send(transport, request, signal, "stream");
  const stale = { connection: false };
  try {
    return await send(transport, request, signal, "call", stale);
  } catch (error) {
    if (!stale.connection || signal.aborted) throw error;
    return send(transport, request, signal, "stream");
  }
}

function send(
  transport: Transport,
  { method, path, query, body, headers }: EngineCall,
  signal: AbortSignal,
  kind: "call" | "stream",
  stale = { connection: false },
): Promise<IncomingMessage> {
  const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const options: RequestOptions = {
    method,
    path: path + queryOf(query),
    signal,
    headers: {
      ...headers,
      ...(json && { "Content-Type": "application/json", "Content-Length": json.length }),
      ...(!json && method === "POST" && { "Content-Length": 0 }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = transport.request(options, kind);
    sent.once("response", resolve);
    sent.on("error", (error) => {
      stale.connection = sent.reusedSocket;
      reject(error);
    });
    sent.end(json);
  });
}

function queryOf(query: EngineCall["query"] = {}): string {
  const given = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): [string, string] => [key, String(value)]);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function parseBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}
