import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection, Credentials } from "../connect/connection.ts";
import { type Answer, isSuccess, toAnswer, toApiError } from "./answer.ts";
import { type ApiCall, toHttpCall } from "./api-call.ts";
import type { ApiError } from "./api-error.ts";
import { type Contact, createContact } from "./contact.ts";
import { withDeadline } from "./deadline.ts";
import { retryPauseMs } from "./retry.ts";
import {
  createTransport,
  type HttpCall,
  networkError,
  type OpenAnswer,
  type Transport,
  type WholeAnswer,
} from "./transport.ts";

/** One attempt may take so long, in milliseconds; a page of 500 Jobs takes 0.1 s on a healthy cluster. */
const ATTEMPT_MS = 15_000;

/** What we ask of a cluster. Failures are ApiErrors. */
export interface KubernetesClient {
  /** A call that may be repeated: its answer may have been lost before, and the verbs above reckon with that. */
  call<T>(call: ApiCall): Promise<Answer<T>>;
  /** An answer as it comes, until its end or the signal; whoever has enough of it destroys it. */
  stream(call: ApiCall): Promise<Readable>;
  close(): void;
  readonly contact: Contact;
}

export function createClient(
  connection: Connection,
  transport: Transport = createTransport(connection),
  contact: Contact = createContact(),
): KubernetesClient {
  return {
    call: <T>(call: ApiCall) =>
      retrying(contact, call.signal, () =>
        withDeadline(call.signal, ATTEMPT_MS, async (signal) => {
          const answer = toAnswer<T>(
            await sendAuthorized(connection, call, signal, transport.send),
          );
          contact.answered(answer.nowMs);
          return answer;
        }),
      ),
    stream: (call) =>
      retrying(contact, call.signal, () =>
        openStream(call, (signal) => sendAuthorized(connection, call, signal, transport.open)),
      ),
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
  open: (signal: AbortSignal) => Promise<OpenAnswer>,
): Promise<Readable> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ATTEMPT_MS);
  try {
    return (await open(AbortSignal.any([call.signal, late.signal]))).body;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends with our credentials and, where they are refused, once more with others. Throws an ApiError for any other status than 2xx. */
async function sendAuthorized<T extends WholeAnswer | OpenAnswer>(
  connection: Connection,
  call: ApiCall,
  signal: AbortSignal,
  send: (call: HttpCall, as: Credentials) => Promise<T>,
): Promise<T> {
  const sendAs = (as: Credentials) => send(toHttpCall(call, connection, as, signal), as);
  const first = await connection.credentials();
  const answer = await sendAs(first);
  if (isSuccess(answer)) return answer;
  const refusal = toApiError(await wholeOf(answer), first.authorization);
  const second = refusal.statusCode === 401 ? await connection.credentials(first) : first;
  if (second === first) throw refusal;
  const again = await sendAs(second);
  if (isSuccess(again)) return again;
  throw toApiError(await wholeOf(again), second.authorization);
}

/** A refusal is small; one of a stream is read like any. */
async function wholeOf(answer: WholeAnswer | OpenAnswer): Promise<WholeAnswer> {
  if (Buffer.isBuffer(answer.body)) return { ...answer, body: answer.body };
  return { ...answer, body: await buffer(answer.body) };
}
