/** Something that a run asks for and a rule has to allow. */
export interface Claim {
  readonly rule: RuleId;
  /** Where it stands: a JSON pointer into what is sent, or a field of the request. */
  readonly path: string;
  /** undefined where it is the absence that a rule may mind. */
  readonly value: unknown;
}

export const RULE_IDS = [
  "process-runs",
  "commands",
  "inline-credentials",
  "targets",
  "namespaces",
  "service-accounts",
  "secrets",
  "images",
  "image-digest",
  "special-hosts",
  "env-names",
  "fields",
  "privileged",
  "host-namespaces",
  "capabilities",
  "drop-capabilities",
  "host-paths",
  "volumes",
  "volume-types",
  "devices",
  "runtime-classes",
  "host-ports",
  "host-probes",
  "apparmor",
  "selinux",
  "proc-mount",
  "seccomp",
  "security-options",
  "sysctls",
  "privilege-escalation",
  "run-as-non-root",
  "working-directory",
  "priority-classes",
  "tolerations",
  "log-drivers",
  "limit-cpus",
  "limit-memory",
  "limit-gpus",
  "limit-pods",
  "limit-timeout",
] as const;
export type RuleId = (typeof RULE_IDS)[number];
