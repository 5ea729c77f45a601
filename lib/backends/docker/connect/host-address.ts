import { isAbsolute, normalize } from "node:path";
import type { LaunchError } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { unusable } from "./unusable.ts";

/** Where an engine listens. */
export type HostAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | {
      readonly kind: "ssh";
      readonly user: string | undefined;
      readonly host: string;
      readonly port: number;
      /** The engine's socket on that machine. */
      readonly path: string;
    };

export const DEFAULT_SOCKET = "/var/run/docker.sock";

const NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i; // never begins with `-`: an ssh program would take it for an option
const USER = /^[a-z_][a-z0-9._-]*\$?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/**
 * An engine's address as `docker -H` takes it: `unix:///path`, `tcp://host:port`, `ssh://[user@]host[:port][/socket]`.
 * Throws a retryable LaunchError `ConfigError` that says what is wrong with it.
 */
export function parseHostAddress(written: string): HostAddress {
  const text = written.trim();
  const scheme = /^[a-z]+(?=:\/\/)/.exec(text)?.[0];
  if (scheme === "unix")
    return { kind: "unix", path: socketPath(text, text.slice(7) || DEFAULT_SOCKET) };
  if (scheme !== "tcp" && scheme !== "ssh")
    throw refuse(text, "expected unix:///path, tcp://host:port or ssh://user@host");
  if (/[\s\0]|\/\.{1,2}(?:\/|$)/.test(text)) throw refuse(text, "it holds white space or `..`");
  const url = parseUrl(text);
  const host = url.hostname;
  const isIp6 = /^\[[0-9a-f:.]+\]$/i.test(host);
  if (!isIp6 && !NAME.test(host)) throw refuse(text, "its host name is malformed");
  if (url.password || url.search || url.hash)
    throw refuse(text, "only host and port may stand in it");
  const bare = isIp6 ? host.slice(1, -1) : host;
  return scheme === "tcp" ? tcp(text, url, bare) : ssh(text, url, bare);
}

/** Whether bytes sent there stay on this machine. */
export function isLocal(address: HostAddress): boolean {
  return address.kind === "unix" || (address.kind === "tcp" && LOOPBACK.test(address.host));
}

/** The address as people write it. */
export function formatHost(address: HostAddress): string {
  if (address.kind === "unix") return `unix://${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  if (address.kind === "tcp") return `tcp://${host}:${address.port}`;
  const user = address.user ? `${address.user}@` : "";
  const port = address.port === 22 ? "" : `:${address.port}`;
  return `ssh://${user}${host}${port}${address.path === DEFAULT_SOCKET ? "" : address.path}`;
}

function tcp(text: string, url: URL, host: string): HostAddress {
  if (url.username || (url.pathname !== "" && url.pathname !== "/"))
    throw refuse(text, "only host and port may stand in it");
  if (!url.port) throw refuse(text, "it needs a port (2376 as a rule)");
  return { kind: "tcp", host, port: Number(url.port) };
}

function ssh(text: string, url: URL, host: string): HostAddress {
  if (url.username && !USER.test(url.username)) throw refuse(text, "its user name is malformed");
  const path = url.pathname === "" || url.pathname === "/" ? DEFAULT_SOCKET : url.pathname;
  return {
    kind: "ssh",
    user: url.username || undefined,
    host,
    port: Number(url.port || 22),
    path: socketPath(text, path),
  };
}

/** Slashes may be doubled, as in every path. */
function socketPath(text: string, written: string): string {
  const path = written.replace(/\/{2,}/g, "/");
  if (!isAbsolute(path) || normalize(path) !== path || path.endsWith("/") || path.includes("\0"))
    throw refuse(text, "the socket's path must be absolute and plain, without `..`");
  return path;
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse(text, "it is malformed");
  }
}

function refuse(text: string, reason: string): LaunchError {
  const shown = quote(text, [], "address");
  return unusable(`${shown} is no address of a Docker engine: ${reason}`);
}
