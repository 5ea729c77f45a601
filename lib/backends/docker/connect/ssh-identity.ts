import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectConfig } from "ssh2";
import type { SecretResolver } from "../../../config/config.ts";
import type { DockerHost } from "./docker-host.ts";
import { formatHost, type HostAddress } from "./host-address.ts";
import { isHostKey, isKnownHost } from "./known-hosts.ts";
import { unusable } from "./unusable.ts";

type SshAddress = Extract<HostAddress, { kind: "ssh" }>;

/** The configured key, else the running ssh agent, else the usual key files. */
export async function identityOf(
  host: DockerHost,
  secrets: SecretResolver,
): Promise<ConnectConfig> {
  if (host.sshKey) return { privateKey: await secrets.resolve(host.sshKey) };
  const agent = process.env.SSH_AUTH_SOCK;
  if (agent) return { agent };
  for (const file of ["id_ed25519", "id_ecdsa", "id_rsa"]) {
    const privateKey = readIfThere(join(homedir(), ".ssh", file));
    if (privateKey) return { privateKey };
  }
  throw unusable(`${formatHost(host.address)} needs a key: set ssh_key`);
}

/** Who the host must prove to be: the one of the configured key, else one that this machine knows. */
export function verifierOf({ sshHostKey }: DockerHost, { host, port }: SshAddress) {
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
