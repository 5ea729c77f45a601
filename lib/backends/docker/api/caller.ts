import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";
import type * as z from "zod/mini";
import type { Connection } from "../connect/connection.ts";
import { Refusal } from "./answer.ts";
import { VersionAnswer } from "./engine-answers.ts";
import type { Sending } from "./modem.ts";
import { NoAnswerYet } from "./no-answer.ts";
import { messageOf, unexpected } from "./refusal.ts";
import { type EngineVersion, kindOf, negotiate } from "./versions.ts";

/** One call of dockerode's. */
export type Call = (docker: Docker) => Promise<unknown>;

export interface CallOptions {
  readonly signal: AbortSignal;
  /** How long the whole answer may take, in milliseconds; of a stream, its beginning. */
  readonly deadlineMs?: number;
  /** Made once, over a connection of its own: for what must not be repeated unasked. */
  readonly once?: boolean;
}

/** Makes calls in the API version that both sides know. Throws a retryable LaunchError where there is no answer. */
export interface Caller {
  readonly host: string;
  version(signal: AbortSignal): Promise<EngineVersion>;
  /** The answer's body, or why there is none. */
  send(call: Call, options: CallOptions): Promise<unknown>;
  /**
   * The answer while it comes: it breaks off with an error where `signal` aborts or the engine goes away. Its beginning has a
   * deadline.
   */
  stream(call: Call, options: CallOptions): Promise<IncomingMessage | Refusal>;
  /** The answer's body; a retryable error that says what was asked where it is another. */
  ask<T>(schema: z.ZodMiniType<T>, asked: string, call: Call, signal: AbortSignal): Promise<T>;
  /** The same, and undefined for a 404. */
  askFor<T>(
    schema: z.ZodMiniType<T>,
    asked: string,
    call: Call,
    signal: AbortSignal,
  ): Promise<T | undefined>;
}

const DEADLINE_MS = 20_000;

type How = Pick<Sending, "version" | "stream" | "onServer">;

export function createCaller(
  connection: Connection,
  dockerFor: (sending: Sending) => Docker,
): Caller {
  const { host } = connection;
  let known: Promise<EngineVersion> | undefined;
  let server: string | undefined;

  async function make(call: Call, options: CallOptions, how: How): Promise<unknown> {
    const { signal, deadlineMs = DEADLINE_MS, once = false } = options;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new NoAnswerYet(deadlineMs)), deadlineMs);
    const ending = AbortSignal.any([signal, deadline.signal]);
    try {
      return await call(dockerFor({ connection, signal: ending, once, ...how }));
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function askVersion(signal: AbortSignal): Promise<EngineVersion> {
    const onServer = (said: string | undefined) => {
      server = said;
    };
    const how = { version: undefined, stream: false, onServer };
    const answer = await make((docker) => docker.version(), { signal }, how);
    const said = parse(VersionAnswer, "tell its version", answer);
    const api = negotiate({ newest: said.ApiVersion, oldest: said.MinAPIVersion });
    return { engine: said.Version, kind: kindOf(said.Components), api };
  }

  /** Asked once per connection; asked again after a failure, and after the engine was exchanged for another. */
  function version(signal: AbortSignal): Promise<EngineVersion> {
    if (known) return known;
    const asked = askVersion(signal);
    known = asked;
    asked.catch(() => forget(asked));
    return asked;
  }

  function forget(asked: Promise<EngineVersion> | undefined): void {
    if (known === asked) known = undefined;
  }

  /** Every answer says what the engine is, so that another one behind the same address is noticed. */
  function onServer(said: string | undefined): void {
    if (said !== server) known = undefined;
    server = said;
  }

  /** Made again, once, where the engine no longer speaks what was spoken with it: it has done nothing then. */
  async function inVersion(call: Call, options: CallOptions, stream: boolean): Promise<unknown> {
    const at = async (spoken: Promise<EngineVersion>) =>
      make(call, options, { version: (await spoken).api, stream, onServer });
    const spoken = version(options.signal);
    const answer = await at(spoken);
    if (!isOfOtherVersion(answer)) return answer;
    forget(spoken);
    return at(version(options.signal));
  }

  function parse<T>(schema: z.ZodMiniType<T>, asked: string, answer: unknown): T {
    if (answer instanceof Refusal) throw unexpected(host, asked, answer);
    const read = schema.safeParse(answer);
    if (read.success) return read.data;
    throw unexpected(host, asked, { status: 200, body: answer, retryAfterMs: undefined });
  }

  return {
    host,
    version,
    send: (call, options) => inVersion(call, options, false),
    stream: (call, options) => inVersion(call, options, true) as Promise<IncomingMessage | Refusal>,
    ask: async (schema, asked, call, signal) =>
      parse(schema, asked, await inVersion(call, { signal }, false)),
    async askFor(schema, asked, call, signal) {
      const answer = await inVersion(call, { signal }, false);
      const isAbsent = answer instanceof Refusal && answer.status === 404;
      return isAbsent ? undefined : parse(schema, asked, answer);
    },
  };
}

/** Whether the engine refused a call for the version alone. */
const isOfOtherVersion = (answer: unknown) =>
  answer instanceof Refusal && answer.status === 400 && OTHER_VERSION.test(messageOf(answer));

const OTHER_VERSION = /client version .* is too (new|old)/;
