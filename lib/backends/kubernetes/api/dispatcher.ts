import { Client, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Connection, Credentials } from "../connect/connection.ts";

/** More calls at once than this wait for a free connection; the API server's own share per client is in this order. */
const MAX_CONNECTIONS = 64;

/** Idle connections are kept this long: load balancers before API servers cut them after 60 s to 350 s, in milliseconds. */
const IDLE_MS = 50_000;

/** Set by the connection that takes the call: whether it had served another one before. */
export interface Taken {
  wasUsed: boolean;
}

export type Dispatched = Dispatcher.RequestOptions & { readonly taken: Taken };

/** What undici waits for is left to the deadlines of calls and to the silence of watches. */
const WITHOUT_DEADLINES = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: IDLE_MS };

/** Connections of one purpose, over HTTP/1.1: the API server's order among clients counts on calls of their own. */
export function createDispatcher(
  { server, tls, proxy }: Connection,
  { cert, key }: Credentials,
  isForStreams: boolean,
): Dispatcher {
  const connect = { ...tls, ...(cert && key ? { cert, key } : {}), keepAliveInitialDelay: 30_000 };
  const options: Pool.Options = {
    ...WITHOUT_DEADLINES,
    connections: isForStreams ? null : MAX_CONNECTIONS,
    allowH2: false,
    factory: createTrackedClient,
  };
  if (proxy === undefined) return new Pool(server.origin, { ...options, connect });
  if (typeof proxy === "function") return proxy({ cert, key });
  return new ProxyAgent({
    uri: proxy.href,
    requestTls: { ...connect, ALPNProtocols: ["http/1.1"] },
    allowH2: false,
    factory: (origin, given) => new Pool(origin, { ...given, ...options }),
  });
}

/** undici does not tell whether a connection that broke off had been kept (and may have been dead), or was new. */
function createTrackedClient(origin: URL, options: object): Client {
  const client = new Client(origin, options);
  const dispatch = client.dispatch.bind(client);
  let isUsed = false;
  client.on("disconnect", () => {
    isUsed = false;
  });
  client.dispatch = (call: Dispatcher.DispatchOptions & { taken?: Taken }, handler) => {
    if (call.taken) call.taken.wasUsed = isUsed;
    isUsed = true;
    return dispatch(call, handler);
  };
  return client;
}
