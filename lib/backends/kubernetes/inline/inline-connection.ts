import { bearer, type Connection } from "../connect/connection.ts";
import type { InlineCluster } from "./inline-kubeconfig.ts";

/**
 * The known cluster, entered as whoever the request's own kubeconfig says. Where it is and which authority vouches for it
 * is taken from the configuration: a request cannot redirect anything.
 */
export function connectAsSender(known: Connection, sent: InlineCluster): Connection {
  const { server, tls, proxy } = known;
  const credentials = {
    ...(sent.token ? bearer(sent.token.reveal()) : {}),
    ...(sent.certData && sent.keyData ? { cert: sent.certData, key: sent.keyData.reveal() } : {}),
  };
  return { server, tls, proxy, credentials: async () => credentials };
}
