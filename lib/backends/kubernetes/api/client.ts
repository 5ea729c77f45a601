import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection, Credentials } from "../connect/connection.ts";
import { type Answer, isSuccess, readBody, toAnswer, toApiError } from "./answer.ts";
import { type ApiCall, toHttpCall } from "./api-call.ts";
import type { ApiError } from "./api-error.ts";
import { type Contact, createContact } from "./contact.ts";
import { withDeadline } from "./deadline.ts";
import { retryPauseMs } from "./retry.ts";
import { createTransport, networkError, type Transport } from "./transport.ts";

/** One attempt may take so long, in milliseconds; a page of 500 Jobs takes 0.1 s on a healthy cluster. */
const ATTEMPT_MS = 15_000;

/** What we ask of a cluster. Failures are ApiErrors. */
export interface KubernetesClient {
  /** A call that may be repeated: its answer may have been lost before, and the verbs above reckon with that. */
  call<T>(call: ApiCall): Promise<Answer<T>>;
  /** An answer as it comes, until its end or the signal; whoever has enough of it destroys it. */
  stream(call: ApiCall): Promise<IncomingMessage>;
  close(): void;
  readonly contact: Contact;
}

export function createClient(
  connection: Connection,
  transport: Transport = createTransport(connection),
  contact: Contact = createContact(),
): KubernetesClient {
  const send = (call: ApiCall, signal: AbortSignal) =>
    sendAuthorized(connection, transport, call, signal);
  return {
    call: <T>(call: ApiCall) =>
      retrying(contact, call.signal, () =>
        withDeadline(call.signal, ATTEMPT_MS, async (signal) => {
          const response = await send(call, signal);
          const answer = toAnswer<T>(response, await readBody(response));
          contact.answered(answer.nowMs);
          return answer;
        }),
      ),
    stream: (call) => retrying(contact, call.signal, () => openStream(call, send)),
    close: () => transport.close(),
    contact,
  };
}

async function retrying<T>(
  contact: Contact,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      const failure = networkError(error);
      if (!signal.aborted && isOutage(failure)) contact.failed();
      const pauseMs = signal.aborted ? undefined : retryPauseMs(failure, attempts);
      if (pauseMs === undefined) throw failure;
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Not a connection that died while nobody used it: that says nothing about the server. */
const isOutage = ({ statusCode, staleSocket }: ApiError) =>
  statusCode >= 500 || (statusCode === 0 && !staleSocket);

/** The head of a stream has a deadline like any answer; what follows it has none but the caller's. */
async function openStream(
  call: ApiCall,
  send: (call: ApiCall, signal: AbortSignal) => Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ATTEMPT_MS);
  try {
    return await send(call, AbortSignal.any([call.signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** Sends with our credentials and, where they are refused, once more with others. Throws an ApiError for any other status than 2xx. */
async function sendAuthorized(
  connection: Connection,
  transport: Transport,
  call: ApiCall,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const send = (as: Credentials) => transport.send(toHttpCall(call, connection, as, signal), as);
  const first = await connection.credentials();
  const response = await send(first);
  if (isSuccess(response)) return response;
  const refusal = toApiError(response, await readBody(response), first.authorization);
  const second = refusal.statusCode === 401 ? await connection.credentials(first) : first;
  if (second === first) throw refusal;
  const again = await send(second);
  if (isSuccess(again)) return again;
  throw toApiError(again, await readBody(again), second.authorization);
}
