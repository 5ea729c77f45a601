import http from "node:http";
import { connect as connectTcp } from "node:net";
import { userInfo } from "node:os";
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { SecretResolver } from "../../../config/config.ts";
import { asSocket } from "./channel-socket.ts";
import type { Connection } from "./connection.ts";
import type { DockerHost } from "./docker-host.ts";
import type { HostAddress } from "./host-address.ts";
import { identityOf, verifierOf } from "./ssh-identity.ts";

type SshAddress = Extract<HostAddress, { kind: "ssh" }>;

const MAX_CALLS = 4; // an ssh server takes only so many channels at once
const READY_MS = 15_000;
const KEEPALIVE_MS = 15_000;

/**
 * One ssh connection, made by the first request and anew after it broke, and in it a channel to the engine's socket for
 * every HTTP connection. No ssh or docker program is needed on either side. docker-modem's own agent opens an ssh
 * connection for every call, verifies no host key, and ends the process where the host refuses
 * (github.com/apocas/dockerode/issues/764).
 */
export async function createSshAgents(
  host: DockerHost,
  address: SshAddress,
  secrets: SecretResolver,
): Promise<Pick<Connection, "kept" | "fresh" | "close">> {
  const identity = await identityOf(host, secrets);
  let connected: Promise<Client> | undefined;

  function client(): Promise<Client> {
    connected ??= connect(address, { ...identity, hostVerifier: verifierOf(host, address) }, () => {
      connected = undefined;
    });
    return connected;
  }

  const agent = (options: http.AgentOptions) =>
    agentOver(options, async () => openChannel(await client(), address.path));

  const kept = agent({ keepAlive: true, maxSockets: MAX_CALLS });
  const fresh = agent({ keepAlive: false });
  return {
    kept,
    fresh,
    close() {
      kept.destroy();
      fresh.destroy();
      void connected?.then((open) => open.end()).catch(() => undefined); // never opened: nothing to end
    },
  };
}

/** An agent whose sockets are channels. */
function agentOver(options: http.AgentOptions, open: () => Promise<Duplex>): http.Agent {
  const agent = new http.Agent(options);
  agent.createConnection = (_options, done) => {
    open().then(
      (channel) => done?.(null, channel),
      (error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

function connect(address: SshAddress, config: ConnectConfig, onClose: () => void): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    // Errors after `ready` end the channels, whose requests then fail; here they only must not go unheard.
    client.on("error", reject);
    client.on("close", () => {
      onClose();
      reject(new Error("the ssh connection was closed"));
    });
    client.connect({
      ...config,
      // Without noDelay every small message waits 40 ms for the one before it to be confirmed.
      sock: connectTcp({ host: address.host, port: address.port, noDelay: true }),
      authHandler: ["publickey", "agent"],
      username: address.user ?? userInfo().username,
      readyTimeout: READY_MS,
      keepaliveInterval: KEEPALIVE_MS,
    });
  });
}

function openChannel(client: Client, path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.openssh_forwardOutStreamLocal(path, (error, channel) => {
      if (error) reject(new Error(`no way to ${path} there: ${error.message}`));
      else resolve(asSocket(channel));
    });
  });
}
