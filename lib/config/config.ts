import * as z from "zod";
import { Policy } from "../policy/policy.ts";
import { Secret } from "../runs/redact.ts";

/**
 * A text that may hold references (`${secret:name}`, `${ssm:/path}`, `${env:NAME}`, `${file:path}`). It is kept as
 * written and resolved by a SecretResolver where it is used, so that a run never pays for another engine's secrets.
 * The one kind of field that is transformed: `isSecretField` tells it by that.
 */
const secret = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));
const text = z.string().min(1);

const Cluster = z
  .strictObject({
    /** A kubeconfig's text, by reference as a rule. */
    kubeconfig: secret.optional(),
    /** The context of it to use; its current one where unset. */
    context: text.optional(),
    /** An EKS cluster: its token is signed with the function's own AWS credentials. */
    eks: z.strictObject({ name: text, region: text }).optional(),
    /** true: the service account of the pod that this runs in. */
    in_cluster: z.literal(true).optional(),
    /** Where its runs may be; all namespaces where unset. Needed where the watcher may not list the whole cluster. */
    namespaces: z.array(text).min(1).optional(),
  })
  .refine(
    (it) => [it.kubeconfig, it.eks, it.in_cluster].filter((way) => way !== undefined).length === 1,
    "needs exactly one of kubeconfig, eks and in_cluster",
  );
export type ClusterConfig = z.infer<typeof Cluster>;

const DockerHost = z.strictObject({
  /** `unix:///path`, `tcp://host:port`, `ssh://user@host` */
  host: text,
  tls: z.strictObject({ ca: secret, cert: secret, key: secret }).optional(),
  /** Private key for ssh, PEM. */
  ssh_key: secret.optional(),
  /** The ssh host's public key, `ssh-ed25519 AAAA…`, where no `~/.ssh/known_hosts` knows it. */
  ssh_host_key: text.optional(),
});
export type DockerHostConfig = z.infer<typeof DockerHost>;

const Registry = z.strictObject({
  registry_url: text.optional(),
  username: text,
  password: secret,
  reauth: z.boolean().default(true),
});

const DAY = 86_400;

export const Config = z.strictObject({
  /** Added to every run's base environment. */
  environment: z.record(z.string(), z.string()).prefault({}),
  clusters: z.record(text, Cluster).prefault({}),
  docker_hosts: z.record(text, DockerHost).prefault({}),
  registries: z.record(text, Registry).prefault({}),
  /** Infrastructures that requests may name; their fields are checked as a request's are. */
  infrastructures: z.record(text, z.record(z.string(), z.unknown())).prefault({}),
  /** The target of requests that name none. */
  defaults: z
    .strictObject({ "kubernetes-job": text.optional(), "docker-container": text.optional() })
    .prefault({}),
  /** How long finished infrastructure stays after its result is out, in seconds. */
  retention_seconds: z
    .number()
    .int()
    .min(0)
    .max(14 * DAY)
    .default(3_600),
  /** How long after its first receipt a request may still be tried, in seconds. */
  submit_deadline_seconds: z
    .number()
    .int()
    .min(1)
    .max(14 * DAY)
    .default(3_600),
  logs: z
    .strictObject({
      /** How much of the end of the output a result carries, in bytes; 0: none. */
      tail_bytes: z.number().int().min(0).max(131_072).default(16_384),
    })
    .prefault({}),
  /** Where results go besides what the environment names: every one of these gets every result. */
  results: z
    .strictObject({
      /** The URL of an SQS queue. */
      queue: text.optional(),
      /** The ARN of an SNS topic. */
      topic: text.optional(),
      /** The name or ARN of an EventBridge bus. */
      event_bus: text.optional(),
    })
    .prefault({}),
  process: z
    .strictObject({
      /** Where run directories are kept; `$XDG_STATE_HOME/slipway/runs` where unset. */
      directory: text.optional(),
    })
    .prefault({}),
  /** What requests may do. */
  policy: Policy.prefault({}),
});
export type Config = z.infer<typeof Config>;

/** Turns a text with references into what it stands for. */
export interface SecretResolver {
  /** Throws a LaunchError `ConfigError` that names the reference, never its value. */
  resolve(secret: Secret): Promise<string>;
}

/** The configuration of a machine without one. */
export const DEFAULT_CONFIG: Config = Config.parse({});
