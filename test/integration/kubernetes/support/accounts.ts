import { load } from "js-yaml";
import type { Admin } from "./admin.ts";

const RULES = [
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["*"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch", "delete"] },
  { apiGroups: [""], resources: ["events"], verbs: ["list"] },
];

/** A kubeconfig of an account that has every right that Slipway needs in a namespace, save for some resources. */
export async function accountWithout(
  admin: Admin,
  namespace: string,
  name: string,
  resources: readonly string[],
): Promise<string> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const metadata = { name };
  await admin.create(accounts, { metadata });
  await admin.create(`${rbac}/roles`, {
    metadata,
    rules: RULES.filter((rule) => !rule.resources.some((one) => resources.includes(one))),
  });
  await admin.create(`${rbac}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  const { status } = await admin.create<{ status: { token: string } }>(
    `${accounts}/${name}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  );
  const { clusters } = load(admin.kubeconfig) as { clusters: { name: string }[] };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters,
    "current-context": name,
    contexts: [{ name, context: { cluster: clusters[0]?.name, user: name } }],
    users: [{ name, user: { token: status.token } }],
  });
}
