import { describe, expect, test } from "vitest";
import { buildJob } from "../../../lib/backends/kubernetes/manifest/build-job.ts";
import { checkPolicy } from "../../../lib/policy/check-policy.ts";
import { aRun, aSpec } from "../../support/builders.ts";
import { aPolicy } from "../../support/policies.ts";

const target = { type: "kubernetes-job" as const, name: "prod" };
const POD = "/spec/template/spec";
const MAIN = `${POD}/containers/0`;

const add = (path: string, value: unknown) => ({ op: "add", path, value });
const inPod = (fields: Record<string, unknown>) =>
  Object.entries(fields).map(([key, value]) => add(`${POD}/${key}`, value));
const inMain = (fields: Record<string, unknown>) =>
  Object.entries(fields).map(([key, value]) => add(`${MAIN}/${key}`, value));

function denials(
  policy: Record<string, unknown>,
  customizations: object[] = [],
  fields: Record<string, unknown> = {},
) {
  const spec = aSpec("kubernetes-job", { image: "busybox:1", customizations, ...fields });
  const run = aRun(spec, target, { id: "a" });
  return checkPolicy(aPolicy(policy), { run, job: buildJob(run) });
}

const denied = (rule: string, path: string) =>
  expect.objectContaining({ path, message: expect.stringContaining(`rule ${rule} (`) });

/** What the Pod Security Standards' profile restricted asks of every pod. */
const HARDENED = [
  ...inPod({ securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } }),
  ...inMain({
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  }),
];

describe("what a plain request makes", () => {
  test.each([
    ["trusted", []],
    ["baseline", []],
    ["restricted", HARDENED],
  ])("passes the profile %s", (profile, customizations) => {
    const fields = { env: { A: "1" }, labels: { team: "x" }, name: "n", timeout_seconds: 5 };

    expect(denials({ profile }, customizations, fields)).toEqual([]);
  });

  test("does not pass the profile restricted without its four promises", () => {
    expect(denials({ profile: "restricted" })).toEqual([
      denied("drop-capabilities", `${MAIN}/securityContext/capabilities/drop`),
      denied("privilege-escalation", `${MAIN}/securityContext/allowPrivilegeEscalation`),
      denied("run-as-non-root", `${MAIN}/securityContext/runAsNonRoot`),
      denied("seccomp", `${MAIN}/securityContext/seccompProfile/type`),
    ]);
  });
});

describe("the profile baseline denies", () => {
  const hostPath = (path: string) => inPod({ volumes: [{ name: "v", hostPath: { path } }] });

  test.each([
    ["the host's network", inPod({ hostNetwork: true }), "host-namespaces", `${POD}/hostNetwork`],
    ["the host's processes", inPod({ hostPID: true }), "host-namespaces", `${POD}/hostPID`],
    ["the host's IPC", inPod({ hostIPC: true }), "host-namespaces", `${POD}/hostIPC`],
    [
      "privileged",
      inMain({ securityContext: { privileged: true } }),
      "privileged",
      `${MAIN}/securityContext/privileged`,
    ],
    [
      "an added capability",
      inMain({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }),
      "capabilities",
      `${MAIN}/securityContext/capabilities/add/0`,
    ],
    ["the host's root", hostPath("/"), "host-paths", `${POD}/volumes/0/hostPath/path`],
    [
      "Docker's socket",
      hostPath("/var/run/docker.sock"),
      "host-paths",
      `${POD}/volumes/0/hostPath/path`,
    ],
    [
      "a port of the host",
      inMain({ ports: [{ containerPort: 80, hostPort: 80 }] }),
      "host-ports",
      `${MAIN}/ports/0/hostPort`,
    ],
    [
      "a probe of another host",
      inMain({ livenessProbe: { httpGet: { host: "169.254.169.254", port: 80 } } }),
      "host-probes",
      `${MAIN}/livenessProbe/httpGet/host`,
    ],
    [
      "a hook to another host",
      inMain({ lifecycle: { preStop: { tcpSocket: { host: "10.0.0.1", port: 1 } } } }),
      "host-probes",
      `${MAIN}/lifecycle/preStop/tcpSocket/host`,
    ],
    [
      "AppArmor off",
      inMain({ securityContext: { appArmorProfile: { type: "Unconfined" } } }),
      "apparmor",
      `${MAIN}/securityContext/appArmorProfile/type`,
    ],
    [
      "AppArmor off, as it was",
      [
        add("/spec/template/metadata", {
          labels: {},
          annotations: {
            "container.apparmor.security.beta.kubernetes.io/prefect-job": "unconfined",
          },
        }),
      ],
      "apparmor",
      "/spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1prefect-job",
    ],
    [
      "an SELinux user",
      inMain({ securityContext: { seLinuxOptions: { user: "system_u" } } }),
      "selinux",
      `${MAIN}/securityContext/seLinuxOptions/user`,
    ],
    [
      "an SELinux type",
      inPod({ securityContext: { seLinuxOptions: { type: "spc_t" } } }),
      "selinux",
      `${POD}/securityContext/seLinuxOptions/type`,
    ],
    [
      "/proc unmasked",
      inMain({ securityContext: { procMount: "Unmasked" } }),
      "proc-mount",
      `${MAIN}/securityContext/procMount`,
    ],
    [
      "seccomp off",
      inPod({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
      "seccomp",
      `${POD}/securityContext/seccompProfile/type`,
    ],
    [
      "a kernel setting",
      inPod({ securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }),
      "sysctls",
      `${POD}/securityContext/sysctls/0/name`,
    ],
    [
      "a working directory in /proc",
      inMain({ workingDir: "/proc/self/fd/8" }),
      "working-directory",
      `${MAIN}/workingDir`,
    ],
    [
      "the cluster's own priority",
      inPod({ priorityClassName: "system-node-critical" }),
      "priority-classes",
      `${POD}/priorityClassName`,
    ],
    [
      "tolerating everything",
      inPod({ tolerations: [{ operator: "Exists" }] }),
      "tolerations",
      `${POD}/tolerations/0`,
    ],
    [
      "tolerating the control plane",
      inPod({ tolerations: [{ key: "node-role.kubernetes.io/control-plane" }] }),
      "tolerations",
      `${POD}/tolerations/0`,
    ],
    ["a node by its name", inPod({ nodeName: "master" }), "fields", `${POD}/nodeName`],
    ["another scheduler", inPod({ schedulerName: "mine" }), "fields", `${POD}/schedulerName`],
    [
      "a claim of resources",
      inPod({ resourceClaims: [{ name: "x" }] }),
      "fields",
      `${POD}/resourceClaims`,
    ],
    [
      "Windows' host process",
      inPod({ securityContext: { windowsOptions: { hostProcess: true } } }),
      "fields",
      `${POD}/securityContext/windowsOptions`,
    ],
    [
      "a field that nobody knows yet",
      inPod({ hostEverything: true }),
      "fields",
      `${POD}/hostEverything`,
    ],
    [
      "a field that nobody knows yet in a container",
      inMain({ superPowers: {} }),
      "fields",
      `${MAIN}/superPowers`,
    ],
    [
      "a runtime of its own",
      inPod({ runtimeClassName: "runc-privileged" }),
      "runtime-classes",
      `${POD}/runtimeClassName`,
    ],
    [
      "the loader's variables",
      inMain({ env: [{ name: "LD_PRELOAD", value: "/x" }] }),
      "env-names",
      `${MAIN}/env/0/name`,
    ],
    [
      "the same in a second container",
      inPod({
        initContainers: [{ name: "i", image: "busybox", securityContext: { privileged: true } }],
      }),
      "privileged",
      `${POD}/initContainers/0/securityContext/privileged`,
    ],
  ])("%s", (_what, customizations, rule, path) => {
    expect(denials({ profile: "baseline" }, customizations)).toContainEqual(denied(rule, path));
    expect(denials({ profile: "trusted" }, customizations)).toEqual([]);
  });

  test("a namespace of the cluster's own", () => {
    expect(denials({ profile: "baseline" }, [], { namespace: "kube-system" })).toEqual([
      denied("namespaces", "/metadata/namespace"),
    ]);
  });

  test("what comes with the base manifest as well as what is patched in", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { labels: {} },
      spec: {
        parallelism: 1,
        completions: 1,
        template: {
          spec: {
            hostNetwork: true,
            restartPolicy: "Never",
            containers: [{ name: "prefect-job", env: [] }],
          },
        },
      },
    };

    expect(denials({ profile: "baseline" }, [], { job })).toEqual([
      denied("host-namespaces", `${POD}/hostNetwork`),
    ]);
  });
});

describe("the profile restricted denies also", () => {
  test.each([
    [
      "other volumes than it knows",
      inPod({ volumes: [{ name: "v", nfs: { server: "x", path: "/" } }] }),
      "volume-types",
      `${POD}/volumes/0/nfs`,
    ],
    [
      "root by number",
      [...HARDENED, add(`${MAIN}/securityContext/runAsUser`, 0)],
      "run-as-non-root",
      `${MAIN}/securityContext/runAsUser`,
    ],
    [
      "a capability of baseline's",
      [...HARDENED, add(`${MAIN}/securityContext/capabilities/add`, ["CHOWN"])],
      "capabilities",
      `${MAIN}/securityContext/capabilities/add/0`,
    ],
    [
      "a secret that is not listed",
      inMain({ envFrom: [{ secretRef: { name: "admin" } }] }),
      "secrets",
      `${MAIN}/envFrom/0/secretRef/name`,
    ],
    [
      "a secret as a variable",
      inMain({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "admin", key: "k" } } }] }),
      "secrets",
      `${MAIN}/env/0/valueFrom/secretKeyRef/name`,
    ],
    [
      "a secret as a volume",
      inPod({ volumes: [{ name: "v", secret: { secretName: "admin" } }] }),
      "secrets",
      `${POD}/volumes/0/secret/secretName`,
    ],
    [
      "a secret projected",
      inPod({ volumes: [{ name: "v", projected: { sources: [{ secret: { name: "admin" } }] } }] }),
      "secrets",
      `${POD}/volumes/0/projected/sources/0/secret/name`,
    ],
    [
      "a pull secret that is not listed",
      inPod({ imagePullSecrets: [{ name: "admin" }] }),
      "secrets",
      `${POD}/imagePullSecrets/0/name`,
    ],
    [
      "another service account",
      inPod({ serviceAccountName: "admin" }),
      "service-accounts",
      `${POD}/serviceAccountName`,
    ],
    [
      "another one by its old name",
      inPod({ serviceAccount: "admin" }),
      "service-accounts",
      `${POD}/serviceAccount`,
    ],
  ])("%s", (_what, customizations, rule, path) => {
    expect(denials({ profile: "restricted" }, customizations)).toContainEqual(denied(rule, path));
  });
});

describe("a list", () => {
  const limited = (limits: object) => inMain({ resources: { limits } });

  test.each([
    ["of images", { images: ["ghcr.io/acme/**"] }, [], "images", `${MAIN}/image`],
    ["of digests", { require_digest: true }, [], "image-digest", `${MAIN}/image`],
    ["of targets", { targets: ["lab"] }, [], "targets", "infrastructure.cluster_config"],
    ["of namespaces", { namespaces: ["team-*"] }, [], "namespaces", "/metadata/namespace"],
    [
      "of service accounts",
      { service_accounts: ["runner"] },
      [],
      "service-accounts",
      `${POD}/serviceAccountName`,
    ],
    [
      "of secrets",
      { secrets: ["public-*"] },
      inPod({ imagePullSecrets: [{ name: "admin" }] }),
      "secrets",
      `${POD}/imagePullSecrets/0/name`,
    ],
    [
      "of host paths",
      { host_paths: ["/data"] },
      inPod({ volumes: [{ name: "v", hostPath: { path: "/data/../etc" } }] }),
      "host-paths",
      `${POD}/volumes/0/hostPath/path`,
    ],
    [
      "of fields",
      { job_fields: ["/spec/template/spec/nodeSelector/*"] },
      inPod({ tolerations: [] }),
      "fields",
      `${POD}/tolerations`,
    ],
    [
      "of fields, a second container",
      { job_fields: [] },
      [add(`${POD}/containers/-`, { name: "b", image: "x" })],
      "fields",
      `${POD}/containers/1`,
    ],
    [
      "of variables",
      { env: { allow: ["A*"] } },
      inMain({ env: [{ name: "B", value: "c4n4ry" }] }),
      "env-names",
      `${MAIN}/env/0/name`,
    ],
    [
      "of variables that are not",
      { env: { deny: ["B"] } },
      inMain({ env: [{ name: "B" }] }),
      "env-names",
      `${MAIN}/env/0/name`,
    ],
    [
      "of capabilities",
      { capabilities: [] },
      inMain({ securityContext: { capabilities: { add: ["CHOWN"] } } }),
      "capabilities",
      `${MAIN}/securityContext/capabilities/add/0`,
    ],
    [
      "of runtimes",
      { runtime_classes: ["gvisor"] },
      inPod({ runtimeClassName: "kata" }),
      "runtime-classes",
      `${POD}/runtimeClassName`,
    ],
    ["of CPUs, unstated", { limits: { cpus: 2 } }, [], "limit-cpus", `${POD}/containers`],
    [
      "of CPUs, in all",
      { limits: { cpus: 2 } },
      [
        ...limited({ cpu: "1500m" }),
        ...inPod({
          initContainers: [
            { name: "s", image: "x", restartPolicy: "Always", resources: { limits: { cpu: 1 } } },
          ],
        }),
      ],
      "limit-cpus",
      `${POD}/containers`,
    ],
    [
      "of memory",
      { limits: { memory_bytes: 1_000_000_000 } },
      limited({ memory: "1Gi" }),
      "limit-memory",
      `${POD}/containers`,
    ],
    [
      "of memory that is no number",
      { limits: { memory_bytes: 1_000 } },
      limited({ memory: "much" }),
      "limit-memory",
      `${POD}/containers`,
    ],
    [
      "of GPUs",
      { limits: { gpus: 1 } },
      limited({ "nvidia.com/gpu": 2 }),
      "limit-gpus",
      `${POD}/containers`,
    ],
    [
      "of pods",
      { limits: { pods: 1 } },
      [add("/spec/parallelism", 2)],
      "limit-pods",
      "/spec/parallelism",
    ],
    [
      "of seconds",
      { limits: { timeout_seconds: 60 } },
      [],
      "limit-timeout",
      "infrastructure.timeout_seconds",
    ],
    ["of hosts", {}, inMain({ image: "169.254.169.254:80/x" }), "special-hosts", `${MAIN}/image`],
  ])("%s binds in every profile", (_what, policy, customizations, rule, path) => {
    const found = denials(policy, customizations);

    expect(found).toEqual([denied(rule, path)]);
    expect(JSON.stringify(found)).not.toContain("c4n4ry");
  });

  test.each([
    ["images", { images: ["docker.io/library/*"] }, []],
    ["images with a tag", { images: ["docker.io/library/busybox:1"] }, []],
    ["targets", { targets: ["pro*"] }, []],
    [
      "host paths",
      { profile: "baseline", host_paths: ["/data"] },
      inPod({ volumes: [{ name: "v", hostPath: { path: "/data/x" } }] }),
    ],
    ["fields", { job_fields: [`${POD}/tolerations/**`] }, inPod({ tolerations: [{ key: "a" }] })],
    [
      "fields, which replace the profile's",
      { profile: "baseline", job_fields: [`${POD}/nodeName`] },
      inPod({ nodeName: "n" }),
    ],
    [
      "variables",
      { profile: "baseline", env: { allow: ["AWS_*"] } },
      inMain({ env: [{ name: "AWS_PROFILE" }] }),
    ],
    [
      "variables that hurt nobody",
      { profile: "baseline" },
      inMain({ env: [{ name: "AWS_REGION" }] }),
    ],
    [
      "capabilities",
      { profile: "baseline", capabilities: ["CAP_SYS_PTRACE"] },
      inMain({ securityContext: { capabilities: { add: ["SYS_PTRACE"] } } }),
    ],
    [
      "limits",
      { limits: { cpus: 2, memory_bytes: 2 ** 30, gpus: 0, pods: 1 } },
      limited({ cpu: "2", memory: "1Gi" }),
    ],
    ["hosts", { special_hosts: ["169.254.169.254:80"] }, inMain({ image: "169.254.169.254:80/x" })],
  ])("of %s lets through what it names", (_what, policy, customizations) => {
    expect(denials(policy, customizations)).toEqual([]);
  });
});

test("variables of the operator's own are nobody's to deny", () => {
  const spec = aSpec("kubernetes-job", { image: "busybox" });
  const baseEnvironment = { LD_PRELOAD: "/opt/tracing.so", PREFECT_API_URL: "http://x" };
  const run = aRun(spec, target, { baseEnvironment });

  expect(checkPolicy(aPolicy({ profile: "baseline" }), { run, job: buildJob(run) })).toEqual([]);
});

test("a kubeconfig of the request's own may come on a machine and not in a function", () => {
  const spec = aSpec("kubernetes-job", { image: "busybox", cluster_config: { token: "c4n4ry" } });
  const run = aRun(spec, target);
  const subject = { run, job: buildJob(run) };
  const inLambda = { AWS_LAMBDA_FUNCTION_NAME: "submit" };

  const found = checkPolicy(aPolicy({}, inLambda), subject);

  expect(found).toEqual([denied("inline-credentials", "infrastructure.cluster_config")]);
  expect(JSON.stringify(found)).not.toContain("c4n4ry");
  expect(checkPolicy(aPolicy(), subject)).toEqual([]);
  expect(checkPolicy(aPolicy({ inline_credentials: true }, inLambda), subject)).toEqual([]);
});
