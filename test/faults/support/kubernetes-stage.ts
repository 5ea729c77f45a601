import { Config } from "../../../lib/config/config.ts";
import { connectAdmin } from "../../integration/kubernetes/support/admin.ts";
import { IMAGE } from "../../integration/kubernetes/support/kubernetes-subject.ts";
import { createNamespace } from "../../integration/kubernetes/support/namespace.ts";
import { upstreamOf } from "../../integration/kubernetes/support/upstream.ts";
import type { Stage } from "./stage.ts";

const TARGET = "spoiled";
const INSIDE = "/truth";

/** Jobs on a real cluster, each trial in a namespace of its own. The node must be this machine: runs write to its disk. */
export async function kubernetesStage(): Promise<Stage> {
  const admin = await connectAdmin();
  return {
    name: "kubernetes",
    concurrent: true,
    upstream: await upstreamOf(admin.kubeconfig),
    async enter(port, truthDirectory) {
      const namespace = await createNamespace(admin);
      const clusters = {
        [TARGET]: { kubeconfig: kubeconfigFor(port), namespaces: [namespace.name] },
      };
      const leftovers = async () =>
        [...(await admin.jobs(namespace.name)), ...(await admin.pods(namespace.name))].map(
          ({ metadata }) => metadata?.name ?? "",
        );
      return {
        config: Config.parse({ clusters, retention_seconds: 0 }),
        target: { type: "kubernetes-job", name: TARGET },
        inside: INSIDE,
        infrastructure: (script) => ({
          type: "kubernetes-job",
          cluster_config: TARGET,
          namespace: namespace.name,
          image: IMAGE,
          command: ["/bin/sh", "-c", script],
          customizations: mount(truthDirectory, INSIDE),
        }),
        leftovers,
        [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
      };
    },
    async [Symbol.asyncDispose]() {
      admin[Symbol.dispose]();
    },
  };
}

/** Lets a pod see the truth's directory of its node at `inside`. */
export function mount(directory: string, inside: string) {
  const pod = "/spec/template/spec";
  const volume = { name: "truth", hostPath: { path: directory } };
  const place = { name: "truth", mountPath: inside };
  return [
    { op: "add", path: `${pod}/terminationGracePeriodSeconds`, value: 1 },
    { op: "add", path: `${pod}/volumes`, value: [volume] },
    { op: "add", path: `${pod}/containers/0/volumeMounts`, value: [place] },
  ];
}

function kubeconfigFor(port: number | undefined): string {
  return JSON.stringify({
    "current-context": "proxied",
    contexts: [{ name: "proxied", context: { cluster: "proxied" } }],
    clusters: [{ name: "proxied", cluster: { server: `http://127.0.0.1:${port}` } }],
  });
}
