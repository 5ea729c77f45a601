import { createPolicyGate } from "../../policy/check-policy.ts";
import type { KubernetesJobSpec } from "../../runs/infrastructure.ts";
import { hashRunId } from "../../runs/names.ts";
import type { Run, Target } from "../../runs/run.ts";
import type { Backend } from "../backend.ts";
import type { BackendDependencies } from "../dependencies.ts";
import { isOutdated } from "./api/api-error.ts";
import { createClient } from "./api/client.ts";
import type { Cluster } from "./api/cluster.ts";
import { toLaunchError } from "./api/errors.ts";
import { cancelRun } from "./cancel.ts";
import { checkCluster } from "./check.ts";
import { type Clusters, createClusters } from "./connect/clusters.ts";
import { locateRun } from "./connect/locate.ts";
import { connectAsSender } from "./inline/inline-connection.ts";
import { readInlineCluster } from "./inline/inline-kubeconfig.ts";
import { findRun } from "./look/find.ts";
import { openRuns } from "./look/open.ts";
import { buildJob } from "./manifest/build-job.ts";
import { readOutput } from "./output/output.ts";
import { previewJob } from "./preview.ts";
import { settleRun } from "./settle.ts";
import { submitRun } from "./submit.ts";
import { sweepCluster } from "./sweep.ts";

/** Runs as Kubernetes Jobs. The cluster is the only memory: names, labels, annotations and one finalizer hold everything. */
export function createKubernetesBackend(deps: BackendDependencies): Backend<KubernetesJobSpec> {
  const { config } = deps;
  const checkPolicy = createPolicyGate(config.policy, deps.env);
  const clusters = createClusters(deps);
  const on = async <T>(target: Target, doing: string, work: (cluster: Cluster) => Promise<T>) => {
    try {
      return await work(await clusters.get(target.name));
    } catch (error) {
      throw explain(clusters, target, error, doing);
    }
  };
  return {
    type: "kubernetes-job",
    locate: (spec) => locateRun(spec, config, clusters),
    preview: (run) => {
      checkPolicy({ run, job: buildJob(run) });
      return previewJob(run);
    },
    submit: (run, signal) =>
      on(run.key.target, "submit a Job", (cluster) =>
        asSender(clusters, cluster, run, (own) => submitRun(own, run, checkPolicy, signal)),
      ),
    open: (target, options) =>
      streaming(clusters, target, "list the open Jobs", (cluster) => openRuns(cluster, options)),
    find: (target, id, signal) =>
      on(target, "look for a run", (cluster) => findRun(cluster, id, hashRunId(id), signal)),
    settle: (run, signal) =>
      on(run.key.target, "settle a Job", (cluster) =>
        settleRun(cluster, run, config.retention_seconds, signal),
      ),
    cancel: (key, options, signal) =>
      on(key.target, "cancel a Job", (cluster) => cancelRun(cluster, key, options, signal)),
    output: (run, options) =>
      streaming(clusters, run.key.target, "read the output", (cluster) =>
        readOutput(cluster, run, options),
      ),
    sweep: (target, signal) =>
      on(target, "remove what retention has ended", (cluster) => sweepCluster(cluster, signal)),
    check: (target, signal) =>
      on(target, "ask what may be done", (cluster) => checkCluster(cluster, signal)),
    close: async () => clusters.close(),
  };
}

async function* streaming<T>(
  clusters: Clusters,
  target: Target,
  doing: string,
  read: (cluster: Cluster) => AsyncIterable<T>,
): AsyncGenerator<T> {
  try {
    yield* read(await clusters.get(target.name));
  } catch (error) {
    throw explain(clusters, target, error, doing);
  }
}

/** Credentials, authorities and addresses may have been replaced since they were looked up. */
function explain(clusters: Clusters, target: Target, error: unknown, doing: string) {
  if (isOutdated(error)) clusters.forget(target.name);
  return toLaunchError(error, `${doing} in the cluster ${target.name}`);
}

/** A request with a kubeconfig of its own is sent as whoever that says, over connections of its own. */
async function asSender<T>(
  clusters: Clusters,
  cluster: Cluster,
  { spec }: Run<KubernetesJobSpec>,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  if (typeof spec.cluster_config !== "object") return work(cluster);
  const known = await clusters.connection(cluster.name);
  const client = createClient(connectAsSender(known, readInlineCluster(spec.cluster_config)));
  try {
    return await work({ ...cluster, client });
  } finally {
    client.close();
  }
}
