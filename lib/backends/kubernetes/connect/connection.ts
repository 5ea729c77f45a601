import { isDeepStrictEqual } from "node:util";
import type { Dispatcher } from "undici";

/** Who we are in a call. */
export interface Credentials {
  /** The header of that name; undefined where a client certificate says who we are. */
  readonly authorization?: string | undefined;
  /** PEM; with `key` or not at all. */
  readonly cert?: string | Buffer | undefined;
  /** PEM. */
  readonly key?: string | Buffer | undefined;
}

/** The credentials of the next call. `refused` are some that the cluster no longer takes: others are wanted, if there are any. */
export type CredentialsSource = (refused?: Credentials) => Promise<Credentials>;

/** How to reach one cluster and who we are there. */
export interface Connection {
  readonly server: URL;
  readonly tls: {
    readonly ca?: string | Buffer;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly credentials: CredentialsSource;
  /** What leads to the server: a proxy's address, or what makes connections through one. */
  readonly proxy?: URL | ((as: Credentials) => Dispatcher) | undefined;
  /** Whom to act as, where that is somebody else than the credentials say: sent with every call. */
  readonly impersonation?: Headers;
}

type Headers = Readonly<Record<string, string | string[]>>;

export const bearer = (token: string): Credentials => ({ authorization: `Bearer ${token}` });

export const anonymous: CredentialsSource = async () => ({});

interface Clock {
  readonly now?: () => number;
}

/**
 * Fetches credentials once for however many calls at once, keeps them for `maxAgeMs` and fetches others when they are
 * refused. What is fetched is the same again as long as it is equal.
 */
export function createCredentialsSource<T>(
  fetchCredentials: (refused?: T) => Promise<T>,
  maxAgeMs: number,
  { now = Date.now }: Clock = {},
): (refused?: T) => Promise<T> {
  let current: { readonly credentials: Promise<T>; readonly at: number } | undefined;
  const renew = (refused?: T) => {
    const before = current?.credentials;
    const credentials = fetchCredentials(refused).then((fetched) => unlessEqual(fetched, before));
    const mine = { credentials, at: now() };
    current = mine;
    credentials.catch(() => {
      if (current === mine) current = undefined; // a failed fetch is tried again by the next call
    });
    return credentials;
  };
  return async (refused) => {
    if (!current || now() - current.at >= maxAgeMs) return renew(refused);
    const { credentials } = current;
    const held = await credentials;
    if (refused === undefined || held !== refused) return held;
    if (current && current.credentials !== credentials) return current.credentials;
    return renew(refused);
  };
}

async function unlessEqual<T>(fetched: T, before: Promise<T> | undefined): Promise<T> {
  const held = await before?.catch(() => undefined);
  return held !== undefined && isDeepStrictEqual(held, fetched) ? held : fetched;
}

/** Two spellings of one API server are equal here. */
export function serverIdentity(server: URL): string {
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  return `${server.protocol}//${server.hostname.toLowerCase()}:${port}${server.pathname.replace(/\/+$/, "")}`;
}
