import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Admin, connectAdmin } from "../../integration/kubernetes/support/admin.ts";
import { IMAGE } from "../../integration/kubernetes/support/kubernetes-subject.ts";
import { createNamespace } from "../../integration/kubernetes/support/namespace.ts";
import {
  type Component,
  type OwnCluster,
  startOwnCluster,
} from "../../integration/kubernetes/support/own-cluster.ts";
import { mount } from "../support/kubernetes-stage.ts";
import { type SoakEngine, TARGET } from "./engine.ts";
import { joinNode } from "./pretended-node.ts";
import { daemonVictim } from "./victim.ts";

const INSIDE = "/truth";

/**
 * Longer than any start takes while a busy machine's cluster is tormented: who gives up a start just when its node makes it
 * can only say that it was not seen in time.
 */
const START_SECONDS = 600;

const CONTROL_PLANE = ["apiserver", "controller-manager", "etcd"] as const;

/** A cluster of the soak's own with real pods, whose parts may be killed. */
export async function clusterEngine(truthDirectory: string): Promise<SoakEngine> {
  const cluster = await startOwnCluster();
  return engineOn(cluster, {
    victims: [...CONTROL_PLANE, "kubelet"],
    inside: INSIDE,
    customizations: mount(truthDirectory, INSIDE),
    config: {},
  });
}

/** The control plane of a cluster; the soak itself is its node, which runs what a pod holds as a process. */
export async function controlPlaneEngine(truthDirectory: string): Promise<SoakEngine> {
  const cluster = await startOwnCluster({ withNode: false });
  return engineOn(cluster, {
    victims: CONTROL_PLANE,
    inside: truthDirectory,
    customizations: [],
    config: { logs: { tail_bytes: 0 } }, // the node has no kubelet to ask for a log
    join: joinNode,
  });
}

interface Differences {
  readonly victims: readonly Component[];
  readonly inside: string;
  readonly customizations: readonly object[];
  readonly config: Record<string, unknown>;
  readonly join?: (admin: Admin) => Promise<AsyncDisposable>;
}

async function engineOn(
  cluster: OwnCluster,
  { victims, inside, customizations, config, join: joinTo }: Differences,
): Promise<SoakEngine> {
  await using parts = new AsyncDisposableStack();
  parts.use(cluster);
  const admin = parts.use(await connectAdmin(cluster.kubeconfig));
  const { name: namespace } = await createNamespace(admin); // it goes with the cluster
  if (joinTo) parts.use(await joinTo(admin));
  const held = parts.move();
  return {
    config: {
      ...config,
      clusters: { [TARGET]: { kubeconfig: cluster.kubeconfig, namespaces: [namespace] } },
    },
    target: { type: "kubernetes-job", name: TARGET },
    inside,
    launcherSeconds: 12,
    infrastructure: (script) => ({
      type: "kubernetes-job",
      cluster_config: TARGET,
      namespace,
      image: IMAGE,
      command: ["/bin/sh", "-c", script],
      pod_watch_timeout_seconds: START_SECONDS,
      customizations,
    }),
    victims: victims.map((component) => victimOf(cluster, component)),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function victimOf(cluster: OwnCluster, component: Component) {
  const pidFile = join(dirname(cluster.kubeconfigPath), "pid", component);
  return daemonVictim({
    name: component,
    pid: () => Number(readFileSync(pidFile, "utf8")),
    kill: () => cluster.stop(component),
    restart: () => cluster.start(),
  });
}
