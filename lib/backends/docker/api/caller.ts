import type { IncomingMessage } from "node:http";
import type * as z from "zod/mini";
import type { Transport } from "../connect/transport.ts";
import { call, type EngineAnswer, type EngineCall, openStream, readAnswer } from "./call.ts";
import { VersionAnswer } from "./engine-answers.ts";
import { messageOf, unexpected } from "./refusal.ts";
import { type EngineVersion, negotiate } from "./versions.ts";

export type VersionedCall = Omit<EngineCall, "deadlineMs"> & { readonly deadlineMs?: number };

/** Calls in the API version that both sides know. */
export interface Caller {
  readonly host: string;
  version(signal: AbortSignal): Promise<EngineVersion>;
  send(request: VersionedCall): Promise<EngineAnswer>;
  /** The answer as a stream where its status is 200, else the whole of it. */
  stream(request: VersionedCall): Promise<IncomingMessage | EngineAnswer>;
  /** The answer's body where the status is 2xx; else a retryable error that says what was asked. */
  ask<T>(schema: z.ZodMiniType<T>, asked: string, request: VersionedCall): Promise<T>;
  /** The same, and undefined for a 404. */
  askFor<T>(
    schema: z.ZodMiniType<T>,
    asked: string,
    request: VersionedCall,
  ): Promise<T | undefined>;
}

const DEADLINE_MS = 20_000;

export function createCaller(transport: Transport): Caller {
  const { host } = transport;
  let known: Promise<EngineVersion> | undefined;

  async function askVersion(signal: AbortSignal) {
    const request = { method: "GET", path: "/version", deadlineMs: DEADLINE_MS, signal } as const;
    const answer = await call(transport, request);
    const said = parse(VersionAnswer, "tell its version", answer);
    const api = negotiate({ newest: said.ApiVersion, oldest: said.MinAPIVersion });
    return { engine: said.Version, api };
  }

  /** Asked once per connection; asked again after a failure, and after the engine was exchanged for another. */
  function version(signal: AbortSignal) {
    known ??= askVersion(signal).catch((error) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  /** Made again, once, where the engine no longer speaks what was spoken with it: it has done nothing then. */
  async function inVersion<T extends object>(
    request: VersionedCall,
    make: (call: EngineCall) => Promise<T>,
  ): Promise<T> {
    const at = async (spoken: Promise<EngineVersion>) =>
      make({
        deadlineMs: DEADLINE_MS,
        ...request,
        path: `/v${(await spoken).api}${request.path}`,
      });
    const spoken = version(request.signal);
    const answer = await at(spoken);
    if (!isOfOtherVersion(answer)) return answer;
    if (known === spoken) known = undefined;
    return at(version(request.signal));
  }

  const send = (request: VersionedCall) => inVersion(request, (made) => call(transport, made));

  const stream = (request: VersionedCall) =>
    inVersion<IncomingMessage | EngineAnswer>(request, async (made) => {
      const opened = await openStream(transport, made);
      return opened.statusCode === 200 ? opened : readAnswer(opened);
    });

  function parse<T>(schema: z.ZodMiniType<T>, asked: string, answer: EngineAnswer): T {
    const body = answer.status < 300 ? schema.safeParse(answer.body) : undefined;
    if (!body?.success) throw unexpected(host, asked, answer);
    return body.data;
  }

  return {
    host,
    version,
    send,
    stream,
    ask: async (schema, asked, request) => parse(schema, asked, await send(request)),
    async askFor(schema, asked, request) {
      const answer = await send(request);
      return answer.status === 404 ? undefined : parse(schema, asked, answer);
    },
  };
}

/** Whether the engine refused a call for the version alone. */
const isOfOtherVersion = (answer: object | EngineAnswer) =>
  "status" in answer && answer.status === 400 && OTHER_VERSION.test(messageOf(answer));

const OTHER_VERSION = /client version .* is too (new|old)/;
