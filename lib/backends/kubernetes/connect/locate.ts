import type { Config } from "../../../config/config.ts";
import { FOUND_TARGET, mayBeFound, namedTarget } from "../../../config/targets.ts";
import type { KubernetesJobSpec } from "../../../runs/infrastructure.ts";
import { invalid, LaunchError, refused } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import type { Target } from "../../../runs/run.ts";
import { readInlineCluster } from "../inline/inline-kubeconfig.ts";
import type { Clusters } from "./clusters.ts";
import { type Connection, serverIdentity } from "./connection.ts";

/**
 * The target a spec's runs go to. A kubeconfig of the request's own must lead to a cluster that is known here by itself:
 * in no other could the run be watched, and no result would ever come.
 */
export async function locateRun(
  spec: KubernetesJobSpec,
  config: Config,
  clusters: Pick<Clusters, "connection">,
): Promise<Target> {
  const { cluster_config: asked } = spec;
  const target =
    typeof asked === "object"
      ? await matchServer(readInlineCluster(asked).server, config, clusters)
      : namedTarget("kubernetes-job", asked, config);
  refuseUnwatched(spec, target, config);
  return target;
}

async function matchServer(
  server: URL,
  config: Config,
  clusters: Pick<Clusters, "connection">,
): Promise<Target> {
  const found = mayBeFound("kubernetes-job", config) ? [FOUND_TARGET] : [];
  const names = new Set([...Object.keys(config.clusters), ...found]);
  let unreachable: LaunchError | undefined;
  for (const name of names) {
    const known = await clusters.connection(name).catch((error: unknown) => {
      if (!(error instanceof LaunchError)) throw error;
      if (name !== FOUND_TARGET) unreachable = error;
      return undefined;
    });
    if (isServer(known, server)) return { type: "kubernetes-job", name };
  }
  if (unreachable) throw unreachable; // it may be the one that is meant
  throw invalid([
    {
      path: "infrastructure.cluster_config",
      message: `leads to ${server.host}, which is none of the clusters of the configuration: add it there, so that its runs can be watched`,
    },
  ]);
}

const isServer = (known: Connection | undefined, server: URL) =>
  known !== undefined && serverIdentity(known.server) === serverIdentity(server);

function refuseUnwatched({ namespace }: KubernetesJobSpec, target: Target, config: Config): void {
  const watched = config.clusters[target.name]?.namespaces;
  if (!watched || watched.includes(namespace)) return;
  const message = `the cluster ${target.name} takes runs in ${watched.join(", ")} only, got ${quote(namespace)}`;
  throw refused("Denied", [{ path: "infrastructure.namespace", message }]);
}
