import http from "node:http";
import https from "node:https";
import type { SecretResolver } from "../../../config/config.ts";
import type { DockerHost, TlsFiles } from "./docker-host.ts";
import { formatHost } from "./host-address.ts";

/** Connections to one engine, kept between calls. */
export interface Transport {
  /** The engine's address, for people. */
  readonly host: string;
  /** `calls` are short and share few connections; `streams` last and have one each. */
  request(options: http.RequestOptions, kind: "call" | "stream"): http.ClientRequest;
  close(): void;
}

const MAX_CALLS = 16; // at once; more would only queue up in the engine

/** A transport for a host, its secrets resolved. Connects when the first request is sent. */
export async function createTransport(
  host: DockerHost,
  secrets: SecretResolver,
): Promise<Transport> {
  const { address } = host;
  if (address.kind === "ssh") {
    const { createSshTransport } = await import("./ssh-transport.ts"); // loads ssh2 for those who use it
    return createSshTransport(host, address, secrets);
  }
  const name = formatHost(address);
  if (address.kind === "unix") {
    const [calls, streams] = agents(http.Agent);
    return overAgents(name, http, { socketPath: address.path }, calls, streams);
  }
  const place = { host: address.host, port: address.port };
  if (!host.tls) {
    const [calls, streams] = agents(http.Agent);
    return overAgents(name, http, place, calls, streams);
  }
  const [calls, streams] = agents(https.Agent, await resolveTls(host.tls, secrets));
  return overAgents(name, https, place, calls, streams);
}

/** Requests through two agents: one that keeps connections, one that makes a new one each time. */
export function overAgents(
  host: string,
  { request }: typeof http | typeof https,
  place: http.RequestOptions,
  calls: http.Agent,
  streams: http.Agent,
): Transport {
  return {
    host,
    request: (options, kind) =>
      request({ ...options, ...place, agent: kind === "call" ? calls : streams }),
    close() {
      calls.destroy();
      streams.destroy();
    },
  };
}

function agents<O extends object>(
  Agent: new (options: http.AgentOptions & O) => http.Agent,
  options?: O,
): [http.Agent, http.Agent] {
  const common = options ?? ({} as O);
  return [
    new Agent({ ...common, keepAlive: true, maxSockets: MAX_CALLS }),
    new Agent({ ...common, keepAlive: false }),
  ];
}

async function resolveTls(tls: TlsFiles, secrets: SecretResolver) {
  const [ca, cert, key] = await Promise.all(
    [tls.ca, tls.cert, tls.key].map((secret) => secrets.resolve(secret)),
  );
  return { ca, cert, key, minVersion: "TLSv1.2" } as const;
}
