import http from "node:http";
import https from "node:https";
import type { SecretResolver } from "../../../config/config.ts";
import type { DockerHost, TlsFiles } from "./docker-host.ts";
import { formatHost } from "./host-address.ts";

/** The way to one engine: where it is, and agents that hold its connections. */
export interface Connection {
  /** The engine's address, for people. */
  readonly host: string;
  readonly protocol: "http" | "https";
  readonly place: Pick<http.RequestOptions, "socketPath" | "host" | "port">;
  /** Few connections, kept between calls. */
  readonly kept: http.Agent;
  /** A connection for each call: for streams, and for what must not meet a connection that has died. */
  readonly fresh: http.Agent;
  close(): void;
}

/** At once; more would only queue up in the engine. The default of Node's agents has no limit. */
const MAX_CALLS = 16;

/** The way to a host, its secrets resolved. Connects when the first call is made. */
export async function createConnection(
  host: DockerHost,
  secrets: SecretResolver,
): Promise<Connection> {
  const { address } = host;
  if (address.kind === "ssh") {
    const { createSshAgents } = await import("./ssh-agents.ts"); // loads ssh2 for those who use it
    const agents = await createSshAgents(host, address, secrets);
    return { host: formatHost(address), protocol: "http", place: {}, ...agents };
  }
  const place =
    address.kind === "unix"
      ? { socketPath: address.path }
      : { host: address.host, port: address.port };
  const tls = host.tls && (await resolveTls(host.tls, secrets));
  const agentOf = (options: http.AgentOptions) =>
    tls ? new https.Agent({ ...options, ...tls }) : new http.Agent(options);
  const kept = agentOf({ keepAlive: true, maxSockets: MAX_CALLS });
  const fresh = agentOf({ keepAlive: false });
  return {
    host: formatHost(address),
    protocol: tls ? "https" : "http",
    place,
    kept,
    fresh,
    close() {
      kept.destroy();
      fresh.destroy();
    },
  };
}

async function resolveTls(tls: TlsFiles, secrets: SecretResolver) {
  const [ca, cert, key] = await Promise.all(
    [tls.ca, tls.cert, tls.key].map((secret) => secrets.resolve(secret)),
  );
  return { ca, cert, key, minVersion: "TLSv1.2" } as const;
}
