import { type Connection, noToken } from "../connect/connection.ts";
import type { InlineCluster } from "./inline-kubeconfig.ts";

/**
 * The known cluster, entered as whoever the request's own kubeconfig says. Where it is and which authority vouches for it
 * is taken from the configuration: a request cannot redirect anything.
 */
export function connectAsSender(known: Connection, sent: InlineCluster): Connection {
  const { ca, servername, rejectUnauthorized } = known.tls;
  const token = sent.token?.reveal();
  return {
    server: known.server,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      ...(sent.certData && sent.keyData ? { cert: sent.certData, key: sent.keyData.reveal() } : {}),
    },
    token: token === undefined ? noToken : async () => token,
  };
}
