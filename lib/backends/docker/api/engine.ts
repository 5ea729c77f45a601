import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";
import * as z from "zod/mini";
import type { SecretResolver } from "../../../config/config.ts";
import { createConnection } from "../connect/connection.ts";
import type { DockerHost } from "../connect/docker-host.ts";
import { isLocal } from "../connect/host-address.ts";
import type { EngineTraits } from "../request/engine-traits.ts";
import { Refusal } from "./answer.ts";
import { callsByKind } from "./by-kind.ts";
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
  const [connection, { dockerFor }] = await Promise.all([
    createConnection(host, secrets),
    import("./modem.ts"), // with dockerode, which a preview is spared
  ]);
  const caller = createCaller(connection, dockerFor);
  const docker = {
    ...systemCalls(caller, isLocal(host.address)),
    ...containerCalls(caller),
    ...volumeCalls(caller),
    ...imageCalls(caller),
    ...logCalls(caller),
  };
  return { ...docker, ...callsByKind(caller, docker), close: () => connection.close() };
}

/** What an engine is taken for that nobody has asked: a Linux one of today, so that a preview shows what it would get. */
export function usualTraits(host: DockerHost, platform = process.platform): EngineTraits {
  const local = isLocal(host.address);
  return {
    local,
    linux: !local || platform === "linux",
    kind: "docker",
    hostGateway: true,
    logDriver: "json-file",
  };
}

function systemCalls(caller: Caller, local: boolean) {
  const info = (signal: AbortSignal) =>
    caller.ask(InfoAnswer, "describe itself", (docker) => docker.info(), signal);
  let known: { readonly of: EngineVersion; readonly traits: Promise<EngineTraits> } | undefined;

  async function askTraits(
    { api, kind }: EngineVersion,
    signal: AbortSignal,
  ): Promise<EngineTraits> {
    const said = await info(signal);
    return {
      local,
      linux: said.OSType === "linux" && said.OperatingSystem !== "Docker Desktop",
      kind,
      hostGateway: isAtLeast(api, HOST_GATEWAY_API),
      // Podman does not say; it takes the name for its own files.
      logDriver: kind === "podman" ? "json-file" : said.LoggingDriver,
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
      const call = (docker: Docker) => docker.getNetwork("bridge").inspect();
      return (await caller.askFor(NetworkAnswer, "show its bridge", call, signal))?.Created;
    },

    /**
     * Whether it noted between two moments, ISO 8601, that a container ran out of memory. Answered once the later one is
     * past. It knows its last 256 events, from its start on.
     */
    async ranOutOfMemory(id: string, from: string, to: string, signal: AbortSignal) {
      const filters = { type: ["container"], container: [id], event: ["oom"] };
      const call = (docker: Docker) => docker.getEvents(eventsFrom(from, filters, to));
      return (await caller.ask(z.unknown(), "tell its events", call, signal)) !== undefined;
    },

    /** Its events from a moment on, ISO 8601, until the signal aborts: JSON lines. */
    async events(since: string, filters: object, signal: AbortSignal): Promise<IncomingMessage> {
      const call = (docker: Docker) => docker.getEvents(eventsFrom(since, filters));
      const answer = await caller.stream(call, { signal });
      if (answer instanceof Refusal) throw unexpected(caller.host, "tell its events", answer);
      return answer;
    },
  };
}

/** Moments are ISO 8601. dockerode's types know whole seconds, and the engine fractions as a text. */
function eventsFrom(since: string, filters: object, until?: string): Docker.GetEventsOptions {
  const asked = { filters, since: toUnixTime(since), ...(until && { until: toUnixTime(until) }) };
  return asked as unknown as Docker.GetEventsOptions;
}

/** `host-gateway` came with Docker 20.10. */
const HOST_GATEWAY_API = "1.41";

/** Events are asked for by seconds since 1970 with their fraction. */
function toUnixTime(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "0";
  return `${Math.floor(Date.parse(time) / 1_000)}.${fraction.padEnd(9, "0")}`;
}
