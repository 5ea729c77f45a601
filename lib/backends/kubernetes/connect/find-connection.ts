import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { ClusterConfig } from "../../../config/config.ts";
import { FOUND_TARGET } from "../../../config/targets.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import type { BackendDependencies } from "../../dependencies.ts";
import type { Connection } from "./connection.ts";
import { connectInCluster, isInCluster } from "./in-cluster.ts";
import { folderOf, type KubeconfigSource, wrong } from "./kubeconfig-file.ts";

type Needs = Pick<BackendDependencies, "config" | "secrets" | "env">;

/**
 * How to reach a target: as the configuration says, else the cluster that this runs in, else the local kubeconfig.
 * Throws a retryable LaunchError that says what is missing: the operator can mend it.
 */
export async function findConnection(deps: Needs, target: string): Promise<Connection> {
  const configured = deps.config.clusters[target];
  if (configured) return connectAsConfigured(deps, target, configured);
  if (target !== FOUND_TARGET) throw missing(`the configuration has no cluster ${target}`);
  if (isInCluster(deps.env)) return connectInCluster(deps.env);
  return connectLocally(deps.env);
}

async function connectAsConfigured(
  { secrets, env }: Needs,
  name: string,
  { eks, kubeconfig, context }: ClusterConfig,
): Promise<Connection> {
  if (eks) return (await import("./eks.ts")).connectToEks(eks, { env }); // it brings a part of the AWS SDK along
  if (!kubeconfig) return connectInCluster(env);
  const text = await secrets.resolve(kubeconfig);
  return connectByKubeconfig({ title: `of clusters.${name}`, text, context });
}

/** Every file of KUBECONFIG that is there counts, as with kubectl. */
async function connectLocally(env: Needs["env"]): Promise<Connection> {
  const paths = kubeconfigPaths(env);
  const [first, ...others] = (await Promise.all(paths.map(readIfThere))).flat();
  if (!first)
    throw missing(
      `there is no Kubernetes cluster to be found: this is no pod, and there is no ${paths.join(", ")}`,
    );
  const title = [first, ...others].map(({ path }) => path).join(delimiter);
  return connectByKubeconfig({ ...first, title, others });
}

async function readIfThere(path: string) {
  try {
    return [{ path, text: await readFile(path, "utf8"), folder: folderOf(path) }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw wrong({ title: path }, `it cannot be read (${code})`);
  }
}

/** client-node is loaded for those who need it. */
async function connectByKubeconfig(source: KubeconfigSource): Promise<Connection> {
  return (await import("./kubeconfig.ts")).connectByKubeconfig(source);
}

function kubeconfigPaths({ KUBECONFIG, HOME }: Needs["env"]): string[] {
  const named = (KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return named.length > 0 ? named : [join(HOME ?? homedir(), ".kube", "config")];
}

const missing = (message: string) => new LaunchError("ConfigError", message, { retryable: true });
