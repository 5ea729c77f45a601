import type { Claim } from "../claim.ts";
import { asList, asRecord, claimsOf } from "../claims-of.ts";
import { containerClaims } from "./container-claims.ts";
import { limitClaims } from "./limit-claims.ts";
import { podSecurityClaims } from "./pod-security-claims.ts";
import { volumeClaims } from "./volume-claims.ts";

type Fields = Readonly<Record<string, unknown>>;

const POD = "/spec/template/spec";
const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];

/** Everything in a final Job that a rule has to allow. */
export function jobClaims(job: unknown): Claim[] {
  const { metadata, spec: jobSpec } = asRecord(job);
  const spec = asRecord(jobSpec);
  const template = asRecord(spec.template);
  const pod = asRecord(template.spec);
  const namespace = asRecord(metadata).namespace ?? "default";
  return [
    { rule: "namespaces", path: "/metadata/namespace", value: namespace },
    ...accountClaims(pod),
    ...claimsOf("runtime-classes", pod, POD, "runtimeClassName"),
    ...claimsOf("priority-classes", pod, POD, "priorityClassName"),
    ...tolerationClaims(pod),
    ...pullSecretClaims(pod),
    ...podSecurityClaims(pod, template, POD),
    ...volumeClaims(pod, POD),
    ...CONTAINER_LISTS.flatMap((list) => listClaims(pod, list)),
    ...limitClaims(spec, pod, POD),
  ];
}

function listClaims(pod: Fields, list: string): Claim[] {
  const context = asRecord(pod.securityContext);
  return asList(pod[list]).flatMap((container, index) =>
    containerClaims(container, context, `${POD}/${list}/${index}`),
  );
}

/** `serviceAccount` is an old name of the same field, and the cluster takes either. */
function accountClaims(pod: Fields): Claim[] {
  const named = claimsOf("service-accounts", pod, POD, "serviceAccountName", "serviceAccount");
  if (named.length > 0) return named;
  return [{ rule: "service-accounts", path: `${POD}/serviceAccountName`, value: "default" }];
}

function tolerationClaims(pod: Fields): Claim[] {
  return asList(pod.tolerations).map((value, index) => ({
    rule: "tolerations",
    path: `${POD}/tolerations/${index}`,
    value,
  }));
}

function pullSecretClaims(pod: Fields): Claim[] {
  return asList(pod.imagePullSecrets).flatMap((secret, index) =>
    claimsOf("secrets", secret, `${POD}/imagePullSecrets/${index}`, "name"),
  );
}
