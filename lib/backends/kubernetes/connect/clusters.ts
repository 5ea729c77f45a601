import type { BackendDependencies } from "../../dependencies.ts";
import { createClient } from "../api/client.ts";
import type { Cluster } from "../api/cluster.ts";
import { type Contact, createContact } from "../api/contact.ts";
import type { Connection } from "./connection.ts";
import { findConnection } from "./find-connection.ts";

/** Connected clusters by their target's name: connected once, when first asked for. */
export interface Clusters {
  get(target: string): Promise<Cluster>;
  connection(target: string): Promise<Connection>;
  /** It is looked up anew by the next call; calls on their way keep their connections. */
  forget(target: string): void;
  close(): void;
}

export function createClusters(
  deps: Pick<BackendDependencies, "config" | "secrets" | "env">,
  find: typeof findConnection = findConnection,
): Clusters {
  const connections = new Map<string, Promise<Connection>>();
  const clusters = new Map<string, Promise<Cluster>>();

  // What is known of a cluster outlives its connection: an outage is what connections are given up for.
  const contacts = new Map<string, Contact>();

  const connection = (target: string) => remember(connections, target, () => find(deps, target));
  const connect = async (target: string): Promise<Cluster> => {
    const contact = contacts.get(target) ?? createContact();
    contacts.set(target, contact);
    return {
      name: target,
      client: createClient(await connection(target), undefined, contact),
      scopes: deps.config.clusters[target]?.namespaces ?? [undefined],
      tailBytes: deps.config.logs.tail_bytes,
    };
  };
  const forget = (target: string) => {
    clusters.delete(target);
    connections.delete(target);
  };
  return {
    get: (target) => remember(clusters, target, () => connect(target)),
    connection,
    forget,
    close() {
      for (const cluster of clusters.values())
        cluster.then(({ client }) => client.close()).catch(() => undefined);
      clusters.clear();
      connections.clear();
    },
  };
}

/** What fails is forgotten at once, so that the next call tries again. */
function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>) {
  const there = known.get(key);
  if (there) return there;
  const made = make();
  known.set(key, made);
  made.catch(() => {
    if (known.get(key) === made) known.delete(key);
  });
  return made;
}
