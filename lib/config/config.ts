import * as z from "zod/mini";
import { Policy } from "../policy/policy.ts";
import { Secret } from "../runs/redact.ts";

/**
 * A text that may hold references (`${secret:name}`, `${ssm:/path}`, `${env:NAME}`, `${file:path}`). It is kept as
 * written and resolved by a SecretResolver where it is used, so that a run never pays for another engine's secrets.
 * The one kind of field that is transformed: `isSecretField` tells it by that.
 */
const text = z.string().check(z.minLength(1));
const secret = z.pipe(
  text,
  z.transform((written: string) => new Secret(written)),
);

const Cluster = z
  .strictObject({
    /** A kubeconfig's text, by reference as a rule. */
    kubeconfig: z.optional(secret),
    /** The context of it to use; its current one where unset. */
    context: z.optional(text),
    /** An EKS cluster: its token is signed with the function's own AWS credentials. */
    eks: z.optional(z.strictObject({ name: text, region: text })),
    /** true: the service account of the pod that this runs in. */
    in_cluster: z.optional(z.literal(true)),
    /** Where its runs may be; all namespaces where unset. Needed where the watcher may not list the whole cluster. */
    namespaces: z.optional(z.array(text).check(z.minLength(1))),
  })
  .check(
    z.refine(
      (it) =>
        [it.kubeconfig, it.eks, it.in_cluster].filter((way) => way !== undefined).length === 1,
      "needs exactly one of kubeconfig, eks and in_cluster",
    ),
  );
export type ClusterConfig = z.infer<typeof Cluster>;

const DockerHost = z.strictObject({
  /** `unix:///path`, `tcp://host:port`, `ssh://user@host` */
  host: text,
  tls: z.optional(z.strictObject({ ca: secret, cert: secret, key: secret })),
  /** Private key for ssh, PEM. */
  ssh_key: z.optional(secret),
  /** The ssh host's public key, `ssh-ed25519 AAAA…`, where no `~/.ssh/known_hosts` knows it. */
  ssh_host_key: z.optional(text),
});
export type DockerHostConfig = z.infer<typeof DockerHost>;

const Registry = z.strictObject({
  registry_url: z.optional(text),
  username: text,
  password: secret,
  reauth: z._default(z.boolean(), true),
});

const DAY = 86_400;

export const Config = z.strictObject({
  /** Added to every run's base environment. */
  environment: z.prefault(z.record(z.string(), z.string()), {}),
  clusters: z.prefault(z.record(text, Cluster), {}),
  docker_hosts: z.prefault(z.record(text, DockerHost), {}),
  registries: z.prefault(z.record(text, Registry), {}),
  /** Infrastructures that requests may name; their fields are checked as a request's are. */
  infrastructures: z.prefault(z.record(text, z.record(z.string(), z.unknown())), {}),
  /** The target of requests that name none. */
  defaults: z.prefault(
    z.strictObject({
      "kubernetes-job": z.optional(text),
      "docker-container": z.optional(text),
    }),
    {},
  ),
  /** How long finished infrastructure stays after its result is out, in seconds. */
  retention_seconds: z._default(z.int().check(z.minimum(0), z.maximum(14 * DAY)), 3_600),
  /** How long after its first receipt a request may still be tried, in seconds. */
  submit_deadline_seconds: z._default(z.int().check(z.minimum(1), z.maximum(14 * DAY)), 3_600),
  logs: z.prefault(
    z.strictObject({
      /** How much of the end of the output a result carries, in bytes; 0: none. */
      tail_bytes: z._default(z.int().check(z.minimum(0), z.maximum(131_072)), 16_384),
    }),
    {},
  ),
  /** Where results go besides what the environment names: every one of these gets every result. */
  results: z.prefault(
    z.strictObject({
      /** The URL of an SQS queue. */
      queue: z.optional(text),
      /** The ARN of an SNS topic. */
      topic: z.optional(text),
      /** The name or ARN of an EventBridge bus. */
      event_bus: z.optional(text),
    }),
    {},
  ),
  process: z.prefault(
    z.strictObject({
      /** Where run directories are kept; `$XDG_STATE_HOME/slipway/runs` where unset. */
      directory: z.optional(text),
    }),
    {},
  ),
  /** What requests may do. */
  policy: z.prefault(Policy, {}),
});
export type Config = z.infer<typeof Config>;

/** Turns a text with references into what it stands for. */
export interface SecretResolver {
  /** Throws a LaunchError `ConfigError` that names the reference, never its value. */
  resolve(secret: Secret): Promise<string>;
}
