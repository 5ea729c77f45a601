import type { IncomingMessage } from "node:http";
import type * as z from "zod/mini";
import type { Transport } from "../connect/transport.ts";
import { call, type EngineAnswer, type EngineCall, openStream } from "./call.ts";
import { VersionAnswer } from "./engine-answers.ts";
import { unexpected } from "./refusal.ts";
import { negotiate } from "./versions.ts";

export type VersionedCall = Omit<EngineCall, "deadlineMs"> & { readonly deadlineMs?: number };

/** Calls in the API version that both sides know. */
export interface Caller {
  readonly host: string;
  version(signal: AbortSignal): Promise<{ readonly engine: string; readonly api: string }>;
  send(request: VersionedCall): Promise<EngineAnswer>;
  stream(request: VersionedCall): Promise<IncomingMessage>;
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
  let known: Promise<{ engine: string; api: string }> | undefined;

  async function askVersion(signal: AbortSignal) {
    const request = { method: "GET", path: "/version", deadlineMs: DEADLINE_MS, signal } as const;
    const answer = await call(transport, request);
    const said = parse(VersionAnswer, "tell its version", answer);
    const api = negotiate({ newest: said.ApiVersion, oldest: said.MinAPIVersion });
    return { engine: said.Version, api };
  }

  /** Asked once per connection; asked again after a failure, and after the engine was exchanged for an older one. */
  function version(signal: AbortSignal) {
    known ??= askVersion(signal).catch((error) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  async function versioned(request: VersionedCall): Promise<EngineCall> {
    const { api } = await version(request.signal);
    return { deadlineMs: DEADLINE_MS, ...request, path: `/v${api}${request.path}` };
  }

  async function send(request: VersionedCall): Promise<EngineAnswer> {
    const answer = await call(transport, await versioned(request));
    if (answer.status === 400 && TOO_NEW.test(JSON.stringify(answer.body ?? ""))) known = undefined;
    return answer;
  }

  function parse<T>(schema: z.ZodMiniType<T>, asked: string, answer: EngineAnswer): T {
    const body = answer.status < 300 ? schema.safeParse(answer.body) : undefined;
    if (!body?.success) throw unexpected(host, asked, answer);
    return body.data;
  }

  return {
    host,
    version,
    send,
    stream: async (request) => openStream(transport, await versioned(request)),
    ask: async (schema, asked, request) => parse(schema, asked, await send(request)),
    async askFor(schema, asked, request) {
      const answer = await send(request);
      return answer.status === 404 ? undefined : parse(schema, asked, answer);
    },
  };
}

const TOO_NEW = /client version .* is too (new|old)/;
