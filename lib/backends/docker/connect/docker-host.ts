import type { DockerHostConfig } from "../../../config/config.ts";
import { FOUND_TARGET } from "../../../config/targets.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import type { Secret } from "../../../runs/redact.ts";
import type { BackendDependencies } from "../../dependencies.ts";
import { findLocalEngine } from "./find-engine.ts";
import { formatHost, type HostAddress, isLocal, parseHostAddress } from "./host-address.ts";
import { unusable } from "./unusable.ts";

/** One engine and what proves who we are to it; secrets still unresolved. */
export interface DockerHost {
  readonly address: HostAddress;
  readonly tls: TlsFiles | undefined;
  readonly sshKey: Secret | undefined;
  /** The host's public key in OpenSSH's form; else `~/.ssh/known_hosts` must know it. */
  readonly sshHostKey: string | undefined;
}

/** PEM texts, or references to them. */
export interface TlsFiles {
  readonly ca: Secret;
  readonly cert: Secret;
  readonly key: Secret;
}

/**
 * The engine behind a target's name. Throws a LaunchError `ConfigError` where it cannot be used safely: retryable, save
 * where nobody configured a target of that name.
 */
export function dockerHostOf(
  target: string,
  { config, env }: Pick<BackendDependencies, "config" | "env">,
): DockerHost {
  const configured = Object.hasOwn(config.docker_hosts, target)
    ? config.docker_hosts[target]
    : undefined;
  if (configured) return requireTls(fromConfig(configured));
  if (target === FOUND_TARGET) return requireTls(findLocalEngine(env));
  throw new LaunchError("ConfigError", `the configuration has no Docker host ${target}`);
}

function fromConfig(configured: DockerHostConfig): DockerHost {
  return {
    address: parseHostAddress(configured.host),
    tls: configured.tls,
    sshKey: configured.ssh_key,
    sshHostKey: configured.ssh_host_key,
  };
}

function requireTls(host: DockerHost): DockerHost {
  if (host.tls || isLocal(host.address) || host.address.kind !== "tcp") return host;
  const message = `${formatHost(host.address)} is not on this machine and has no TLS: whoever reaches it would be root there. Give it tls with ca, cert and key`;
  throw unusable(message);
}
