import type { Environment } from "../../../runs/infrastructure.ts";

/** Where the workload finds its API, and how its network must be for that: the rules of Prefect 2.2's DockerContainer. */
export const API_URL = "PREFECT_API_URL";
export const HOST_ALIAS = "host.docker.internal";

const HERE = /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?)(localhost|127\.0\.0\.1)(?=[:/?#]|$)/i;

/** Whether a URL leads to the machine it is read on. */
export const isLocalUrl = (url: string) => HERE.test(url);

/** A local URL as a container sees it. */
export const fromContainer = (url: string) => url.replace(HERE, `$1${HOST_ALIAS}`);

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
