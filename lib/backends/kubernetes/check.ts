import type { TargetCheck } from "../backend.ts";
import type { Cluster } from "./api/cluster.ts";

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** What is missing without it; where it says nothing, runs do not work. */
  readonly without?: string;
}

/** As in `deploy/kubernetes/rbac-*.yaml`. */
const RIGHTS: readonly Right[] = [
  {
    group: "batch",
    resource: "jobs",
    verbs: ["create", "get", "list", "watch", "patch", "delete"],
  },
  { group: "", resource: "pods", verbs: ["list", "delete"] },
  {
    group: "",
    resource: "pods",
    verbs: ["watch"],
    without: "the output of runs with restartPolicy OnFailure is often lost",
  },
  { group: "", resource: "pods/log", verbs: ["get"], without: "results carry no output" },
  { group: "", resource: "events", verbs: ["list"], without: "causes are less precise" },
];

/** Asks the cluster who it is, and whether we may do what runs take where they may be. Failures are ApiErrors. */
export async function checkCluster(cluster: Cluster, signal: AbortSignal): Promise<TargetCheck> {
  const { client, scopes } = cluster;
  const [version, ...reviews] = await Promise.all([
    client.call<{ gitVersion?: string }>({ method: "GET", path: "/version", signal }),
    ...scopes.flatMap((scope) => RIGHTS.map((right) => reviewRight(cluster, scope, right, signal))),
  ]);
  const missing = reviews.filter(({ verbs }) => verbs.length > 0);
  return {
    version: `Kubernetes ${version.body.gitVersion ?? "of an unknown version"}`,
    problems: missing.filter(({ right }) => right.without === undefined).map(describeMissing),
    notes: missing.filter(({ right }) => right.without !== undefined).map(describeMissing),
  };
}

interface Review {
  readonly right: Right;
  readonly scope: string | undefined;
  /** Those that are not allowed. */
  readonly verbs: readonly string[];
}

async function reviewRight(
  cluster: Cluster,
  scope: string | undefined,
  right: Right,
  signal: AbortSignal,
): Promise<Review> {
  const allowed = await Promise.all(
    right.verbs.map((verb) => mayDo(cluster, scope, right, verb, signal)),
  );
  return { right, scope, verbs: right.verbs.filter((_, index) => !allowed[index]) };
}

async function mayDo(
  { client }: Cluster,
  namespace: string | undefined,
  { group, resource: name }: Right,
  verb: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [resource, subresource] = name.split("/");
  const attributes = { namespace, group, resource, subresource, verb };
  const answer = await client.call<{ status?: { allowed?: boolean } }>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: attributes },
    },
    signal,
  });
  return answer.body.status?.allowed === true;
}

function describeMissing({ right, scope, verbs }: Review): string {
  const place = scope === undefined ? "in all namespaces" : `in the namespace ${scope}`;
  const consequence = right.without === undefined ? "" : `: ${right.without}`;
  return `may not ${verbs.join(", ")} ${right.resource} ${place}${consequence}`;
}
