import type { Claim } from "../claim.ts";
import { asList, asRecord, claimsOf } from "../claims-of.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What one container asks for; where its security context says nothing, the pod's holds. */
export function containerClaims(container: Fields, podContext: Fields, at: string): Claim[] {
  const context = asRecord(container.securityContext);
  const inContext = `${at}/securityContext`;
  const capabilities = asRecord(context.capabilities);
  return [
    ...claimsOf("images", container, at, "image"),
    ...claimsOf("working-directory", container, at, "workingDir"),
    ...claimsOf("privileged", context, inContext, "privileged"),
    ...claimsOf("proc-mount", context, inContext, "procMount"),
    ...listOf(capabilities.add).map(
      (value, index): Claim => ({
        rule: "capabilities",
        path: `${inContext}/capabilities/add/${index}`,
        value,
      }),
    ),
    {
      rule: "drop-capabilities",
      path: `${inContext}/capabilities/drop`,
      value: listOf(capabilities.drop),
    },
    {
      rule: "privilege-escalation",
      path: `${inContext}/allowPrivilegeEscalation`,
      value: context.allowPrivilegeEscalation ?? true,
    },
    {
      rule: "run-as-non-root",
      path: `${inContext}/runAsNonRoot`,
      value: context.runAsNonRoot ?? podContext.runAsNonRoot ?? false,
    },
    ...rootClaims(context, inContext),
    {
      rule: "seccomp",
      path: `${inContext}/seccompProfile/type`,
      value:
        profileOf(context, "seccompProfile") ?? profileOf(podContext, "seccompProfile") ?? "unset",
    },
    ...claimsOf(
      "apparmor",
      asRecord(context.appArmorProfile),
      `${inContext}/appArmorProfile`,
      "type",
    ),
    ...claimsOf(
      "selinux",
      asRecord(context.seLinuxOptions),
      `${inContext}/seLinuxOptions`,
      "type",
      "user",
      "role",
    ),
    ...asList(container.ports).flatMap((port, index) =>
      claimsOf("host-ports", port, `${at}/ports/${index}`, "hostPort", "hostIP"),
    ),
    ...probeClaims(container, at),
    ...environmentClaims(container, at),
  ];
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const profileOf = (context: Fields, field: string) => asRecord(context[field]).type;

/** A uid of 0 is root whatever `runAsNonRoot` says. */
export function rootClaims(context: Fields, at: string): Claim[] {
  if (context.runAsUser !== 0) return [];
  return [{ rule: "run-as-non-root", path: `${at}/runAsUser`, value: 0 }];
}

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS = ["postStart", "preStop"];

/** A probe with a host of its own makes the node's agent call it. */
function probeClaims(container: Fields, at: string): Claim[] {
  const lifecycle = asRecord(container.lifecycle);
  const handlers = [
    ...PROBES.map((name) => ({ handler: asRecord(container[name]), path: `${at}/${name}` })),
    ...HOOKS.map((name) => ({
      handler: asRecord(lifecycle[name]),
      path: `${at}/lifecycle/${name}`,
    })),
  ];
  return handlers.flatMap(({ handler, path }) =>
    ["httpGet", "tcpSocket"].flatMap((kind) =>
      claimsOf("host-probes", asRecord(handler[kind]), `${path}/${kind}`, "host"),
    ),
  );
}

function environmentClaims(container: Fields, at: string): Claim[] {
  const variables = asList(container.env).flatMap(({ name, value, valueFrom }, index): Claim[] => [
    { rule: "env-names", path: `${at}/env/${index}/name`, value: { name, value } },
    ...claimsOf(
      "secrets",
      asRecord(asRecord(valueFrom).secretKeyRef),
      `${at}/env/${index}/valueFrom/secretKeyRef`,
      "name",
    ),
  ]);
  const sources = asList(container.envFrom).flatMap((source, index) =>
    claimsOf("secrets", asRecord(source.secretRef), `${at}/envFrom/${index}/secretRef`, "name"),
  );
  return [...variables, ...sources];
}
