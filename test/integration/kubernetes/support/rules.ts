import type { ApiList } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import type { Admin } from "./admin.ts";
import { IMAGE } from "./kubernetes-subject.ts";
import { until } from "./namespace.ts";

/** A customization of the run's own container. */
export const preferred = (field: string, value: unknown) => ({
  op: "add",
  path: `/spec/template/spec/containers/0/${field}`,
  value,
});

/**
 * One slot of a resource that nobody else uses, and two priorities: whoever has the higher one takes the slot. The node
 * itself and the runs of other tests do not notice.
 */
export async function giveSlots(admin: Admin, unique: string) {
  const resource = `example.com/${unique}`;
  const [node] = (await admin.call<ApiList<{ metadata: { name: string } }>>("GET", "/api/v1/nodes"))
    .items;
  await admin.merge(`/api/v1/nodes/${node?.metadata.name}/status`, {
    status: { capacity: { [resource]: "1" } },
  });
  const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const nameOf = (priority: "low" | "high") => `${unique}-${priority}`;
  await admin.create(classes, { metadata: { name: nameOf("low") }, value: 1 });
  await admin.create(classes, { metadata: { name: nameOf("high") }, value: 1_000 });
  return {
    fields: (priority: "low" | "high") => ({
      customizations: [
        preferred("resources", { requests: { [resource]: "1" }, limits: { [resource]: "1" } }),
        { op: "add", path: "/spec/template/spec/priorityClassName", value: nameOf(priority) },
      ],
    }),
    async [Symbol.asyncDispose]() {
      await admin.remove(`${classes}/${nameOf("low")}`);
      await admin.remove(`${classes}/${nameOf("high")}`);
      await admin.merge(`/api/v1/nodes/${node?.metadata.name}/status`, {
        status: { capacity: { [resource]: null } },
      });
    },
  };
}

/** A policy that refuses Jobs with the label `deny`, and is so careless as to repeat their environment. */
export async function denySecretly(admin: Admin, namespace: string) {
  const group = "/apis/admissionregistration.k8s.io/v1";
  const metadata = { name: namespace };
  await admin.create(`${group}/validatingadmissionpolicies`, {
    metadata,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["batch"],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["jobs"],
          },
        ],
      },
      validations: [
        {
          expression: "!has(object.metadata.labels) || !('deny' in object.metadata.labels)",
          messageExpression:
            "'not with ' + object.spec.template.spec.containers[0].env.map(e, has(e.value) ? e.value : '').join(',')",
        },
      ],
    },
  });
  await admin.create(`${group}/validatingadmissionpolicybindings`, {
    metadata,
    spec: {
      policyName: namespace,
      validationActions: ["Deny"],
      matchResources: {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      },
    },
  });
  return {
    /** The API server reads its policies anew every second or so. */
    takesEffect: () =>
      until("the policy refuses", () =>
        admin
          .create(`/apis/batch/v1/namespaces/${namespace}/jobs?dryRun=All`, probe(namespace))
          .then(
            () => false,
            () => true,
          ),
      ),
    async [Symbol.asyncDispose]() {
      await admin.remove(`${group}/validatingadmissionpolicybindings/${namespace}`);
      await admin.remove(`${group}/validatingadmissionpolicies/${namespace}`);
    },
  };
}

const probe = (name: string) => ({
  metadata: { name, labels: { deny: "probe" } },
  spec: {
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [{ name: "probe", image: IMAGE, env: [{ name: "A", value: "b" }] }],
      },
    },
  },
});

/** What the node controllers do to a node that does not answer: its pods are told to go. */
export async function taintNode(admin: Admin) {
  const [node] = (await admin.call<ApiList<{ metadata: { name: string } }>>("GET", "/api/v1/nodes"))
    .items;
  const path = `/api/v1/nodes/${node?.metadata.name}`;
  await admin.merge(path, {
    spec: { taints: [{ key: "example.com/lost", effect: "NoExecute" }] },
  });
  return {
    async [Symbol.asyncDispose]() {
      await admin.merge(path, { spec: { taints: null } });
    },
  };
}
