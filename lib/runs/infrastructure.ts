import * as z from "zod";

/**
 * The fields of the three kinds of infrastructure, spelled as Prefect 2.2 stores them. Everything here is about shape;
 * what an engine makes of a field is decided in its own folder under `backends/`.
 */

const text = z.string().min(1);
const seconds = z.number().int().positive().max(604_800);

/** On Linux an environment name may be anything without `=` and NUL, and an empty one is refused by every engine. */
const EnvironmentName = z
  .string()
  .regex(
    /^[^=\0]+$/,
    "is not a name for an environment variable: expected one that is not empty and holds no `=`",
  );
const EnvironmentValue = z
  .string()
  .refine((value) => !value.includes("\0"), "expected a text without a NUL character");

/** Name → value; `null` unsets a variable of the base environment. */
export const Environment = z.record(EnvironmentName, EnvironmentValue.nullable());
export type Environment = z.infer<typeof Environment>;

/** No argument of a process can hold one. */
const Argument = z
  .string()
  .refine((value) => !value.includes("\0"), "expected a text without a NUL character");

const common = {
  command: z.array(Argument).default(() => ["python", "-m", "prefect.engine"]),
  env: Environment.default(() => ({})),
  labels: z.record(z.string().min(1), z.string()).default(() => ({})),
  /** Display name; the engine's name derives from it. */
  name: z.string().max(1_000).optional(),
  stream_output: z.boolean().default(true),
  /** The run's deadline, from its start, in seconds; past it the run is stopped. */
  timeout_seconds: seconds.optional(),
};

export const ProcessSpec = z.strictObject({ type: z.literal("process"), ...common });
export type ProcessSpec = z.infer<typeof ProcessSpec>;

/** Credentials for one registry, used for one pull. */
export const ImageRegistry = z.strictObject({
  username: text,
  password: text,
  registry_url: text.optional(),
  /** false: a token that still holds may be used again. */
  reauth: z.boolean().default(true),
});
export type ImageRegistry = z.infer<typeof ImageRegistry>;

const DOCKER_PULL_POLICIES: Record<string, string> = {
  Always: "ALWAYS",
  Never: "NEVER",
  IfNotPresent: "IF_NOT_PRESENT",
};

export const DockerContainerSpec = z.strictObject({
  type: z.literal("docker-container"),
  ...common,
  image: text,
  image_pull_policy: z
    .preprocess(
      (value) => (typeof value === "string" ? (DOCKER_PULL_POLICIES[value] ?? value) : value),
      z.enum(["ALWAYS", "NEVER", "IF_NOT_PRESENT"]),
    )
    .optional(),
  /** A registry of the configuration by name, or its credentials. */
  image_registry: z.union([text, ImageRegistry]).optional(),
  networks: z.array(text).default(() => []),
  network_mode: text.optional(),
  volumes: z.array(z.string()).default(() => []),
  /** Remove the container once its result is published, rather than after the retention. */
  auto_remove: z.boolean().default(false),
  /** A Docker host of the configuration, by name. */
  docker_host: text.optional(),
  /** Bytes, or with a unit as `docker run --memory` takes it: `512m`. */
  mem_limit: z.union([z.number().int().positive(), text]).optional(),
  memswap_limit: z.union([z.number().int().min(-1), text]).optional(),
  shm_size: z.union([z.number().int().positive(), text]).optional(),
  cpus: z.number().positive().optional(),
  /** `all`, a count, or a list of device ids. */
  gpus: z.union([z.literal("all"), z.number().int().positive(), z.array(text).min(1)]).optional(),
  user: text.optional(),
  /** `host:address` entries, or host → address. */
  extra_hosts: z.union([z.array(text), z.record(text, text)]).optional(),
  entrypoint: z.array(Argument).optional(),
  working_dir: text.optional(),
  hostname: text.optional(),
  platform: text.optional(),
  privileged: z.boolean().optional(),
  cap_add: z.array(text).optional(),
  cap_drop: z.array(text).optional(),
  devices: z.array(text).optional(),
  pids_limit: z.number().int().positive().optional(),
  read_only: z.boolean().optional(),
  init: z.boolean().optional(),
  /** Merged into the body of the engine's `POST /containers/create`. */
  create_options: z.record(z.string(), z.unknown()).optional(),
});
export type DockerContainerSpec = z.infer<typeof DockerContainerSpec>;

/** RFC 6901: `~` only as `~0` and `~1`. */
const JsonPointer = z
  .string()
  .max(4_096)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, "expected a JSON pointer such as /spec/template");

/** One operation of RFC 6902, which says that other members are to be ignored. */
export const PatchOperation = z.discriminatedUnion("op", [
  z.object({ op: z.literal("add"), path: JsonPointer, value: z.unknown() }),
  z.object({ op: z.literal("replace"), path: JsonPointer, value: z.unknown() }),
  z.object({ op: z.literal("test"), path: JsonPointer, value: z.unknown() }),
  z.object({ op: z.literal("remove"), path: JsonPointer }),
  z.object({ op: z.literal("move"), path: JsonPointer, from: JsonPointer }),
  z.object({ op: z.literal("copy"), path: JsonPointer, from: JsonPointer }),
]);
export type PatchOperation = z.infer<typeof PatchOperation>;

export const KubernetesJobSpec = z.strictObject({
  type: z.literal("kubernetes-job"),
  ...common,
  image: text.optional(),
  image_pull_policy: z.enum(["IfNotPresent", "Always", "Never"]).optional(),
  namespace: text.default("default"),
  service_account_name: text.optional(),
  /** A cluster of the configuration by name, or an inline kubeconfig. */
  cluster_config: z.union([text, z.record(z.string(), z.unknown())]).optional(),
  /** The base manifest. */
  job: z.record(z.string(), z.unknown()).optional(),
  customizations: z
    .array(PatchOperation)
    .max(1_000)
    .default(() => []),
  /** How long after its pod's last container ended the Job may stay unfinished, in seconds. */
  job_watch_timeout_seconds: seconds.default(5),
  /** How long after the Job's creation a pod may stay Pending, in seconds. */
  pod_watch_timeout_seconds: seconds.default(60),
});
export type KubernetesJobSpec = z.infer<typeof KubernetesJobSpec>;

export const Spec = z.discriminatedUnion("type", [
  KubernetesJobSpec,
  DockerContainerSpec,
  ProcessSpec,
]);
export type Spec = z.infer<typeof Spec>;

export type InfrastructureType = Spec["type"];
export const INFRASTRUCTURE_TYPES = [
  "kubernetes-job",
  "docker-container",
  "process",
] as const satisfies readonly InfrastructureType[];

export const SPEC_SCHEMAS = {
  "kubernetes-job": KubernetesJobSpec,
  "docker-container": DockerContainerSpec,
  process: ProcessSpec,
} as const;

/** What Prefect keeps about a block beside its fields; a stored block may carry it, and it means nothing here. */
export const BLOCK_BOOKKEEPING: ReadonlySet<string> = new Set([
  "block_type_slug",
  "_block_type_slug",
  "_block_document_id",
  "_block_document_name",
  "_block_schema_id",
  "_block_type_id",
  "_block_type_name",
  "_is_anonymous",
]);
