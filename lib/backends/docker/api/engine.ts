import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import type { SecretResolver } from "../../../config/config.ts";
import type { DockerHost } from "../connect/docker-host.ts";
import { isLocal } from "../connect/host-address.ts";
import { createTransport } from "../connect/transport.ts";
import type { EngineTraits } from "../request/engine-traits.ts";
import { type Caller, createCaller } from "./caller.ts";
import { containerCalls } from "./container-calls.ts";
import { InfoAnswer, NetworkAnswer } from "./engine-answers.ts";
import { imageCalls } from "./image-calls.ts";
import { logCalls } from "./log-calls.ts";
import { unexpected } from "./refusal.ts";
import { type EngineVersion, isAtLeast } from "./versions.ts";
import { volumeCalls } from "./volume-calls.ts";

/** One engine by the few calls that runs need. Each has a deadline and throws LaunchErrors. */
export type Engine = ReturnType<typeof systemCalls> &
  ReturnType<typeof containerCalls> &
  ReturnType<typeof volumeCalls> &
  ReturnType<typeof imageCalls> &
  ReturnType<typeof logCalls> & {
    close(): void;
  };

/** An engine behind a connection that is kept; it is connected to by the first call. */
export async function connectEngine(host: DockerHost, secrets: SecretResolver): Promise<Engine> {
  const transport = await createTransport(host, secrets);
  const caller = createCaller(transport);
  return {
    ...systemCalls(caller, isLocal(host.address)),
    ...containerCalls(caller),
    ...volumeCalls(caller),
    ...imageCalls(caller),
    ...logCalls(caller),
    close: () => transport.close(),
  };
}

/** What an engine is taken for that nobody has asked: a Linux one of today, so that a preview shows what it would get. */
export function usualTraits(host: DockerHost, platform = process.platform): EngineTraits {
  const local = isLocal(host.address);
  return {
    local,
    linux: !local || platform === "linux",
    hostGateway: true,
    logDriver: "json-file",
  };
}

function systemCalls(caller: Caller, local: boolean) {
  const info = (signal: AbortSignal) =>
    caller.ask(InfoAnswer, "describe itself", { method: "GET", path: "/info", signal });
  let known: { readonly of: EngineVersion; readonly traits: Promise<EngineTraits> } | undefined;

  async function askTraits({ api }: EngineVersion, signal: AbortSignal): Promise<EngineTraits> {
    const said = await info(signal);
    return {
      local,
      linux: said.OSType === "linux" && said.OperatingSystem !== "Docker Desktop",
      hostGateway: isAtLeast(api, HOST_GATEWAY_API),
      logDriver: said.LoggingDriver,
    };
  }

  return {
    host: caller.host,

    /** Asked once of each version that was found behind the connection. */
    async traits(signal: AbortSignal): Promise<EngineTraits> {
      const version = await caller.version(signal);
      if (known?.of !== version) known = { of: version, traits: askTraits(version, signal) };
      const asked = known;
      asked.traits.catch(() => {
        if (known === asked) known = undefined;
      });
      return asked.traits;
    },

    /** The engine's clock, ISO 8601. */
    now: async (signal: AbortSignal) => (await info(signal)).SystemTime,

    version: (signal: AbortSignal) => caller.version(signal),

    /**
     * When the engine last started, ISO 8601: it makes its bridge network anew each time, save where containers have
     * outlived it. undefined where it has none.
     */
    async startedAt(signal: AbortSignal): Promise<string | undefined> {
      const request = { method: "GET", path: "/networks/bridge", signal } as const;
      return (await caller.askFor(NetworkAnswer, "show its bridge", request))?.Created;
    },

    /**
     * Whether it noted between two moments, ISO 8601, that a container ran out of memory. Answered once the later one is
     * past. It knows its last 256 events, from its start on.
     */
    async ranOutOfMemory(id: string, from: string, to: string, signal: AbortSignal) {
      const filters = JSON.stringify({ type: ["container"], container: [id], event: ["oom"] });
      const query = { since: toUnixTime(from), until: toUnixTime(to), filters };
      const request = { method: "GET", path: "/events", query, signal } as const;
      return (await caller.ask(z.unknown(), "tell its events", request)) !== undefined;
    },

    /** Its events from a moment on, ISO 8601, until the signal aborts: JSON lines. */
    async events(since: string, filters: object, signal: AbortSignal): Promise<IncomingMessage> {
      const query = { since: toUnixTime(since), filters: JSON.stringify(filters) };
      const answer = await caller.stream({ method: "GET", path: "/events", query, signal });
      if (!("status" in answer)) return answer;
      throw unexpected(caller.host, "tell its events", answer);
    },
  };
}

/** `host-gateway` came with Docker 20.10. */
const HOST_GATEWAY_API = "1.41";

/** Events are asked for by seconds since 1970 with their fraction. */
function toUnixTime(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "0";
  return `${Math.floor(Date.parse(time) / 1_000)}.${fraction.padEnd(9, "0")}`;
}
