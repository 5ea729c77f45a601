import { readFileSync } from "node:fs";
import http from "node:http";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { SecretResolver } from "../../../config/config.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import type { DockerHost } from "./docker-host.ts";
import { formatHost, type HostAddress } from "./host-address.ts";
import { isHostKey, isKnownHost } from "./known-hosts.ts";
import { overAgents, type Transport } from "./transport.ts";

type SshAddress = Extract<HostAddress, { kind: "ssh" }>;

const MAX_CALLS = 4; // an ssh server takes only so many channels at once
const READY_MS = 15_000;
const KEEPALIVE_MS = 15_000;

/**
 * One ssh connection, made by the first request and anew after it broke, and in it a channel to the engine's socket for
 * every HTTP connection. No ssh program is needed.
 */
export async function createSshTransport(
  host: DockerHost,
  address: SshAddress,
  secrets: SecretResolver,
): Promise<Transport> {
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

  const transport = overAgents(
    formatHost(address),
    http,
    {},
    agent({ keepAlive: true, maxSockets: MAX_CALLS }),
    agent({ keepAlive: false }),
  );
  return {
    ...transport,
    close() {
      transport.close();
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
      host: address.host,
      port: address.port,
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

/**
 * A channel as the socket that an HTTP agent expects. A channel of ssh2 is not destroyed before the other side agrees,
 * and whoever stops reading an endless answer would wait for that for ever.
 */
function asSocket(channel: Duplex): Duplex {
  const socket = new Duplex({
    read: () => void channel.resume(),
    write: (chunk, _encoding, done) => void channel.write(chunk, done),
    final: (done) => void channel.end(done),
    destroy(error, done) {
      channel.destroy();
      done(error);
    },
  });
  channel.on("data", (chunk) => {
    if (!socket.push(chunk)) channel.pause();
  });
  channel.on("end", () => socket.push(null));
  channel.on("close", () => socket.destroy());
  channel.on("error", (error) => socket.destroy(error));
  const nothing = () => socket;
  const manners = { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing };
  return Object.assign(socket, manners, { ref: nothing, unref: nothing });
}

/** The configured key, else the running ssh agent, else the usual key files. */
async function identityOf(host: DockerHost, secrets: SecretResolver): Promise<ConnectConfig> {
  if (host.sshKey) return { privateKey: await secrets.resolve(host.sshKey) };
  const agent = process.env.SSH_AUTH_SOCK;
  if (agent) return { agent };
  for (const file of ["id_ed25519", "id_ecdsa", "id_rsa"]) {
    const privateKey = readIfThere(join(homedir(), ".ssh", file));
    if (privateKey) return { privateKey };
  }
  throw new LaunchError("ConfigError", `${formatHost(host.address)} needs a key: set ssh_key`);
}

function verifierOf({ sshHostKey }: DockerHost, { host, port }: SshAddress) {
  const files = [join(homedir(), ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"];
  return (key: Buffer): boolean =>
    sshHostKey === undefined
      ? files.some((file) => isKnownHost(readIfThere(file) ?? "", host, port, key))
      : isHostKey(sshHostKey, key);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
