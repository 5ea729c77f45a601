import type { SecureContextOptions } from "node:tls";

/**
 * The bearer token of the next call; undefined where a client certificate says who we are. `refused` is one that the
 * cluster no longer takes: then another one is wanted, if there is one.
 */
export type TokenSource = (refused?: string) => Promise<string | undefined>;

/** How to reach one cluster and who we are there. */
export interface Connection {
  readonly server: URL;
  readonly tls: Pick<SecureContextOptions, "ca" | "cert" | "key"> & {
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly token: TokenSource;
}

export const noToken: TokenSource = async () => undefined;

interface Clock {
  readonly now?: () => number;
}

/** Fetches a token once for however many calls at once, keeps it for `maxAgeMs` and fetches another when it is refused. */
export function createTokenSource(
  fetchToken: () => Promise<string | undefined>,
  maxAgeMs: number,
  { now = Date.now }: Clock = {},
): TokenSource {
  let current: { readonly token: Promise<string | undefined>; readonly at: number } | undefined;
  const renew = () => {
    const token = fetchToken();
    const mine = { token, at: now() };
    current = mine;
    token.catch(() => {
      if (current === mine) current = undefined; // a failed fetch is tried again by the next call
    });
    return token;
  };
  return async (refused) => {
    if (!current || now() - current.at >= maxAgeMs) return renew();
    const { token } = current;
    const held = await token;
    if (refused === undefined || held !== refused) return held;
    return current?.token === token ? renew() : current?.token;
  };
}

/** Two spellings of one API server are equal here. */
export function serverIdentity(server: URL): string {
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  return `${server.protocol}//${server.hostname.toLowerCase()}:${port}${server.pathname.replace(/\/+$/, "")}`;
}
