import { readFileSync } from "node:fs";
import { load, loadAll } from "js-yaml";
import type { Admin } from "./admin.ts";

/** One object of a manifest of `deploy/kubernetes`. */
export interface Deployed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly roleRef?: object;
}

export interface Places {
  /** Where Slipway itself is; `slipway` in the files. */
  readonly own: string;
  /** Where its runs are; `default` in the files. */
  readonly runs: string;
}

/** The objects of a file, in another two namespaces, cluster-wide ones under another name. */
export function deployed(file: string, { own, runs }: Places): Deployed[] {
  const url = new URL(`../../../../deploy/kubernetes/${file}`, import.meta.url);
  const text = readFileSync(url, "utf8")
    .replaceAll(/\bnamespace: slipway$/gm, `namespace: ${own}`)
    .replaceAll(/\bnamespace: default\b/gm, `namespace: ${runs}`)
    .replaceAll("namespaces: [default]", `namespaces: [${runs}]`);
  return (loadAll(text) as Deployed[]).map((object) =>
    object.kind === "Namespace" || object.kind.startsWith("Cluster")
      ? renamed(object, own)
      : object,
  );
}

function renamed(object: Deployed, name: string): Deployed {
  const { metadata, roleRef } = object;
  return {
    ...object,
    metadata: { ...metadata, name },
    ...(roleRef ? { roleRef: { ...roleRef, name } } : {}),
  };
}

const PLURALS: Record<string, string> = {
  Namespace: "namespaces",
  ServiceAccount: "serviceaccounts",
  ConfigMap: "configmaps",
  Role: "roles",
  RoleBinding: "rolebindings",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  Deployment: "deployments",
};

/** Where objects of its kind are made. */
export function collectionOf({ apiVersion, kind, metadata }: Deployed): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${root}${place}/${PLURALS[kind]}`;
}

/** A kubeconfig of the service account, with the rights that the files give it and no others. */
export async function serviceAccountKubeconfig(admin: Admin, namespace: string): Promise<string> {
  const objects = deployed("rbac-namespaced.yaml", { own: namespace, runs: namespace });
  for (const object of objects)
    if (object.kind !== "Namespace") await admin.create(collectionOf(object), object);
  const { status } = await admin.create<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/slipway/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  );
  const config = load(admin.kubeconfig) as Record<string, { name: string }[]>;
  return JSON.stringify({
    clusters: config.clusters,
    "current-context": "slipway",
    contexts: [
      { name: "slipway", context: { cluster: config.clusters?.[0]?.name, user: "slipway" } },
    ],
    users: [{ name: "slipway", user: { token: status.token } }],
  });
}
