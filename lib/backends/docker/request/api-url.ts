import type { Environment } from "../../../runs/infrastructure.ts";
import type { EngineKind } from "../api/versions.ts";

/** Where the workload finds its API, and how its network must be for that: the rules of Prefect 2.2's DockerContainer. */
export const API_URL = "PREFECT_API_URL";
/** The name by which a container finds its host; Podman sets its own by itself, and knows no `host-gateway` before 5.3. */
const HOST_ALIASES = {
  docker: "host.docker.internal",
  podman: "host.containers.internal",
} as const;
export const HOST_ALIAS = HOST_ALIASES.docker;

const HERE = /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?)(localhost|127\.0\.0\.1)(?=[:/?#]|$)/i;

/** Whether a URL leads to the machine it is read on. */
export const isLocalUrl = (url: string) => HERE.test(url);

/** A local URL as a container sees it. */
export const fromContainer = (url: string, kind: EngineKind) =>
  url.replace(HERE, `$1${HOST_ALIASES[kind]}`);

/** The request's own URL, else the base's; undefined where the request unset it or there is none. */
export function apiUrl(
  base: Readonly<Record<string, string>>,
  requested: Environment,
): string | undefined {
  const own = requested[API_URL];
  return own === undefined ? base[API_URL] : (own ?? undefined);
}

/** Whether the request itself sends the workload to another machine: then it needs no way to its host. */
export function leadsElsewhere(requested: Environment): boolean {
  const own = requested[API_URL];
  return typeof own === "string" && !isLocalUrl(own) && !own.includes(HOST_ALIAS);
}
