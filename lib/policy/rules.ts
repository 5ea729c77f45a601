import { isRecord } from "../runs/canonical-json.ts";
import type { RuleId } from "./claim.ts";
import { matches } from "./glob.ts";
import { imageDigest, imageName } from "./image-rules.ts";
import { atMost, below, oneOf, type Verdict } from "./judge-values.ts";
import type { EffectivePolicy } from "./policy.ts";
import { kindOfHost } from "./special-hosts.ts";

/** Whether a policy allows a value: undefined, or what it expects instead. */
export type Rule = (value: unknown, policy: EffectivePolicy) => Verdict;

const inProfiles = (policy: EffectivePolicy) => policy.profile !== "trusted";
const isRestricted = (policy: EffectivePolicy) => policy.profile === "restricted";

/** Holds in the profiles baseline and restricted. */
const profiled =
  (isAllowed: (value: unknown) => boolean, expected: string): Rule =>
  (value, policy) =>
    inProfiles(policy) && !isAllowed(value) ? expected : undefined;

/** Holds in the profile restricted. */
const restrictedTo =
  (isAllowed: (value: unknown) => boolean, expected: string): Rule =>
  (value, policy) =>
    isRestricted(policy) && !isAllowed(value) ? expected : undefined;

const among =
  (...allowed: readonly unknown[]) =>
  (value: unknown) =>
    allowed.includes(value);
const fits = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value);

/** What has to be listed where a profile holds, and may be listed elsewhere. */
const listed = (patterns: readonly string[] | undefined, policy: EffectivePolicy) =>
  patterns ?? (inProfiles(policy) ? [] : undefined);

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const BASELINE_CAPABILITIES = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];
const RESTRICTED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "volume", // Docker's
  "tmpfs",
];
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
];
const SELINUX_TYPES = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** Variables by which a program is made to run another one's code, and what AWS's own programs act as. */
const PROFILE_DENIED_ENV = [
  "LD_*",
  "DYLD_*",
  "NODE_OPTIONS",
  "NODE_PATH",
  "PYTHONSTARTUP",
  "PYTHONHOME",
  "PERL5OPT",
  "PERL5LIB",
  "RUBYOPT",
  "RUBYLIB",
  "JAVA_TOOL_OPTIONS",
  "_JAVA_OPTIONS",
  "BASH_ENV",
  "ENV",
  "IFS",
  "PATH",
  "GCONV_PATH",
  "AWS_*",
];
/** What every program of AWS needs to be told, and nobody is hurt by. */
const HARMLESS_ENV = ["AWS_REGION", "AWS_DEFAULT_REGION"];

function mayBeSet(value: unknown, { env, profile }: EffectivePolicy): Verdict {
  const name = isRecord(value) ? String(value.name) : "";
  const deny = env.deny ?? (profile === "trusted" ? [] : PROFILE_DENIED_ENV);
  const isListed = env.allow && matches(env.allow, name);
  if (env.allow && !isListed) return oneOf(env.allow, name);
  if (!matches(deny, name)) return undefined;
  if (isListed || (!env.deny && HARMLESS_ENV.includes(name))) return undefined;
  return `no variable of the names ${deny.join(", ")}`;
}

function capability(value: unknown, policy: EffectivePolicy): Verdict {
  const { capabilities, profile } = policy;
  const ofProfile = isRestricted(policy) ? ["NET_BIND_SERVICE"] : BASELINE_CAPABILITIES;
  if (profile === "trusted" && !capabilities) return undefined;
  const allowed = [...(profile === "trusted" ? [] : ofProfile), ...(capabilities ?? [])];
  const name = String(value).toUpperCase().replace(/^CAP_/, "");
  const isAllowed = allowed.some((it) => it.toUpperCase().replace(/^CAP_/, "") === name);
  return isAllowed ? undefined : oneOf(allowed, undefined);
}

const dropsAll = (value: unknown) =>
  Array.isArray(value) && value.some((it) => /^(?:CAP_)?ALL$/i.test(String(it)));

function toleration(value: unknown): boolean {
  const { key, operator } = isRecord(value) ? value : {};
  if (!key) return operator !== "Exists"; // without a key it tolerates everything
  return !/^node-role\.kubernetes\.io\/(?:control-plane|master)$/.test(String(key));
}

function volumeType(value: unknown, policy: EffectivePolicy): Verdict {
  if (value === "hostPath" || value === "bind") return undefined; // host-paths judges these
  if (isRestricted(policy)) return oneOf(RESTRICTED_VOLUMES, value);
  return profiled((it) => !["npipe", "cluster"].includes(String(it)), "no such type")(
    value,
    policy,
  );
}

function specialHost(value: unknown, policy: EffectivePolicy): Verdict {
  const host = String(value);
  if (policy.special_hosts && matches(policy.special_hosts, host)) return undefined;
  const kind = kindOfHost(host);
  if (kind === "ordinary" || (kind === "loopback" && !policy.loopback_is_special)) return undefined;
  return `a host that is neither loopback nor link-local nor a metadata address, or one of special_hosts`;
}

/** Every rule by its id: what it says of one claimed value. */
export const RULES: Readonly<Record<RuleId, Rule>> = {
  "process-runs": (_value, { process_runs }) =>
    process_runs ? undefined : "no process run, as process_runs is off",
  commands: (value, { commands }) => oneOf(commands, value),
  "inline-credentials": (_value, { inline_credentials }) =>
    inline_credentials ? undefined : "the name of one in the configuration",
  targets: (value, { targets }) => oneOf(targets, value),
  namespaces: (value, policy) =>
    oneOf(policy.namespaces, value) ??
    profiled((it) => !/^kube-/.test(String(it)), "no namespace of the cluster's own")(
      value,
      policy,
    ),
  "service-accounts": (value, policy) =>
    oneOf(policy.service_accounts ?? (isRestricted(policy) ? ["default"] : undefined), value),
  secrets: (value, policy) =>
    oneOf(policy.secrets ?? (isRestricted(policy) ? [] : undefined), value),
  images: (value, { images }) => imageName(value, images),
  "image-digest": (value, { require_digest }) => imageDigest(value, require_digest),
  "special-hosts": specialHost,
  "env-names": mayBeSet,
  fields: () => "no such field",
  privileged: profiled(among(false), "false"),
  "host-namespaces": profiled(among(false, ""), "a namespace of its own"),
  capabilities: capability,
  "drop-capabilities": restrictedTo(dropsAll, "ALL among them"),
  "host-paths": (value, policy) => {
    const allowed = listed(policy.host_paths, policy);
    return allowed && below(allowed, value);
  },
  volumes: (value, { volumes }) => oneOf(volumes, value),
  "volume-types": volumeType,
  devices: (value, policy) => oneOf(listed(policy.devices, policy), value),
  "runtime-classes": (value, policy) =>
    value === "" ? undefined : oneOf(listed(policy.runtime_classes, policy), value),
  "host-ports": profiled(among(0, ""), "no port of the host"),
  "host-probes": profiled(among(""), "no host of its own"),
  apparmor: profiled(
    fits(/^(?:|RuntimeDefault|Localhost|runtime\/default|localhost\/.+|docker-default)$/),
    "RuntimeDefault or Localhost",
  ),
  selinux: profiled(
    (value) =>
      ["", ...SELINUX_TYPES, ...SELINUX_TYPES.map((type) => `type:${type}`)].includes(
        String(value),
      ),
    `one of the types ${SELINUX_TYPES.join(", ")}, and neither user nor role`,
  ),
  "proc-mount": profiled(among("Default"), "Default"),
  seccomp: (value, policy) =>
    restrictedTo((it) => !["unset", ""].includes(String(it)), "RuntimeDefault or Localhost")(
      value,
      policy,
    ) ?? profiled((it) => !/^unconfined$/i.test(String(it)), "a profile")(value, policy),
  "security-options": profiled(() => false, "no such option"),
  sysctls: profiled(
    (value) => SAFE_SYSCTLS.includes(String(value)),
    `one of ${SAFE_SYSCTLS.join(", ")}`,
  ),
  "privilege-escalation": restrictedTo(among(false), "false"),
  "run-as-non-root": restrictedTo(among(true), "another user than root"),
  "working-directory": profiled(
    (value) => !/(?:^|\/)(?:proc|sys)(?:\/|$)|(?:^|\/)\.\.(?:\/|$)/.test(String(value)),
    "a directory outside /proc and /sys, without ..",
  ),
  "priority-classes": profiled(
    (value) => !/^system-/.test(String(value)),
    "no class of the cluster's own",
  ),
  tolerations: profiled(toleration, "none of everything or of the control plane"),
  "log-drivers": profiled(among("json-file", "local", "none"), "json-file, local or none"),
  "limit-cpus": (value, { limits }) => atMost(limits.cpus, value),
  "limit-memory": (value, { limits }) => atMost(limits.memory_bytes, value),
  "limit-gpus": (value, { limits }) => atMost(limits.gpus, value),
  "limit-pods": (value, { limits }) => atMost(limits.pods, value),
  "limit-timeout": (value, { limits }) => atMost(limits.timeout_seconds, value),
};
