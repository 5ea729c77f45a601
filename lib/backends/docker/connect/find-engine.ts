import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { quote } from "../../../runs/quote.ts";
import { Secret } from "../../../runs/redact.ts";
import { dockerFolder, homeOf, readJson, readText } from "../docker-files.ts";
import type { DockerHost, TlsFiles } from "./docker-host.ts";
import { DEFAULT_SOCKET, parseHostAddress } from "./host-address.ts";
import { unusable } from "./unusable.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * This machine's engine as the `docker` program finds it: `DOCKER_HOST` (with `DOCKER_TLS_VERIFY` and
 * `DOCKER_CERT_PATH`), else the context that `DOCKER_CONTEXT` or `config.json` names, else a socket in a usual place.
 * Throws a retryable LaunchError `ConfigError`.
 */
export function findLocalEngine(env: Environment): DockerHost {
  if (env.DOCKER_HOST) return fromVariables(env.DOCKER_HOST, env);
  const folder = dockerFolder(env);
  const context = env.DOCKER_CONTEXT || currentContext(folder);
  if (context && context !== "default") return fromContext(folder, context);
  return withoutTls(usualSocket(env));
}

function fromVariables(host: string, env: Environment): DockerHost {
  const found = withoutTls(host);
  if (!env.DOCKER_TLS_VERIFY || found.address.kind !== "tcp") return found;
  return { ...found, tls: readTls(env.DOCKER_CERT_PATH || join(homeOf(env), ".docker")) };
}

const ConfigFile = z.nullable(z.object({ currentContext: z.nullish(z.string()) }));
const ContextFile = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.optional(z.boolean()) }),
  }),
});

function currentContext(folder: string): string | undefined {
  const path = join(folder, "config.json");
  if (!existsSync(path)) return undefined;
  return readJson(path, ConfigFile, "null")?.currentContext ?? undefined;
}

function fromContext(folder: string, name: string): DockerHost {
  const hash = createHash("sha256").update(name).digest("hex");
  const meta = join(folder, "contexts", "meta", hash, "meta.json");
  if (!existsSync(meta)) throw unusable(`there is no Docker context ${quote(name)}`);
  const { Host, SkipTLSVerify } = readJson(meta, ContextFile).Endpoints.docker;
  if (SkipTLSVerify) throw unusable(`the Docker context ${quote(name)} does not verify its engine`);
  const found = withoutTls(Host);
  const tls = join(folder, "contexts", "tls", hash, "docker");
  return existsSync(tls) ? { ...found, tls: readTls(tls) } : found;
}

/** Docker's own place, then those of rootless engines and Docker Desktop; its own where there is none. */
function usualSocket(env: Environment): string {
  const places = [
    DEFAULT_SOCKET,
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, "docker.sock")] : []),
    join(homeOf(env), ".docker", "run", "docker.sock"),
  ];
  return `unix://${places.find((place) => existsSync(place)) ?? DEFAULT_SOCKET}`;
}

function withoutTls(host: string): DockerHost {
  return {
    address: parseHostAddress(host),
    tls: undefined,
    sshKey: undefined,
    sshHostKey: undefined,
  };
}

function readTls(folder: string): TlsFiles {
  const read = (file: string) => new Secret(readText(join(folder, file)));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}
