import { existsSync } from "node:fs";
import { LaunchError } from "../../../runs/launch-error.ts";
import type { Connection } from "./connection.ts";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

type Env = Readonly<Record<string, string | undefined>>;

export function isInCluster(env: Env, account = ACCOUNT): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(`${account}/token`);
}

/** As the service account of the pod that this runs in, whose files the kubelet renews: they are a kubeconfig in other words. */
export async function connectInCluster(env: Env, account = ACCOUNT): Promise<Connection> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (!host || !isInCluster(env, account))
    throw new LaunchError(
      "ConfigError",
      "in_cluster is set, but this is no pod, or its service account's token is not mounted",
      { retryable: true },
    );
  const { connectByKubeconfig } = await import("./kubeconfig.ts");
  const cluster = {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    "certificate-authority": "ca.crt",
  };
  const text = JSON.stringify({
    "current-context": "pod",
    contexts: [{ name: "pod", context: { cluster: "pod", user: "pod" } }],
    clusters: [{ name: "pod", cluster }],
    users: [{ name: "pod", user: { tokenFile: "token" } }],
  });
  return connectByKubeconfig({ title: "of this pod", text, folder: account });
}
