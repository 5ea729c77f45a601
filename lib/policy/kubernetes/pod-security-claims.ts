import type { Claim } from "../claim.ts";
import { asList, asRecord, claimsOf } from "../claims-of.ts";
import { rootClaims } from "./container-claims.ts";

type Fields = Readonly<Record<string, unknown>>;

const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

/** What the pod as a whole asks of its node. */
export function podSecurityClaims(pod: Fields, template: Fields, at: string): Claim[] {
  const context = asRecord(pod.securityContext);
  const inContext = `${at}/securityContext`;
  const annotations = Object.entries(asRecord(asRecord(template.metadata).annotations));
  return [
    ...claimsOf("host-namespaces", pod, at, "hostNetwork", "hostPID", "hostIPC"),
    ...rootClaims(context, inContext),
    ...claimsOf(
      "apparmor",
      asRecord(context.appArmorProfile),
      `${inContext}/appArmorProfile`,
      "type",
    ),
    ...annotations
      .filter(([name]) => name.startsWith(APPARMOR))
      .map(
        ([name, value]): Claim => ({
          rule: "apparmor",
          path: `/spec/template/metadata/annotations/${name.replaceAll("/", "~1")}`,
          value,
        }),
      ),
    ...claimsOf("seccomp", asRecord(context.seccompProfile), `${inContext}/seccompProfile`, "type"),
    ...claimsOf(
      "selinux",
      asRecord(context.seLinuxOptions),
      `${inContext}/seLinuxOptions`,
      "type",
      "user",
      "role",
    ),
    ...asList(context.sysctls).flatMap((sysctl, index) =>
      claimsOf("sysctls", sysctl, `${inContext}/sysctls/${index}`, "name"),
    ),
  ];
}
