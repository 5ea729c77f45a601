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
  command: z
    .array(Argument)
    .default(() => ["python", "-m", "prefect.engine"])
    .describe("The command and its arguments; no shell reads them."),
  env: Environment.default(() => ({})).describe(
    "Name → value, over the base environment; null unsets a variable of that.",
  ),
  labels: z
    .record(z.string().min(1), z.string())
    .default(() => ({}))
    .describe("Labels of the infrastructure; they come back in the results."),
  name: z
    .string()
    .max(1_000)
    .optional()
    .describe("Display name; the engine's name derives from it."),
  stream_output: z.boolean().default(true).describe("Whether the run's output is shown."),
  timeout_seconds: seconds
    .optional()
    .describe("The run's deadline, from its start, in seconds; past it the run is stopped."),
};

export const ProcessSpec = z.strictObject({ type: z.literal("process"), ...common });
export type ProcessSpec = z.infer<typeof ProcessSpec>;

/** Credentials for one registry, used for one pull. */
export const ImageRegistry = z.strictObject({
  username: text,
  password: text,
  registry_url: text.optional(),
  reauth: z.boolean().default(true).describe("false: a token that still holds may be used again."),
});
export type ImageRegistry = z.infer<typeof ImageRegistry>;

const DOCKER_PULL_POLICIES = {
  ALWAYS: "ALWAYS",
  NEVER: "NEVER",
  IF_NOT_PRESENT: "IF_NOT_PRESENT",
  Always: "ALWAYS",
  Never: "NEVER",
  IfNotPresent: "IF_NOT_PRESENT",
} as const;

/** In Prefect's spelling or in that of Kubernetes. */
const DockerPullPolicy = z
  .enum(["ALWAYS", "NEVER", "IF_NOT_PRESENT", "Always", "Never", "IfNotPresent"])
  .transform((policy) => DOCKER_PULL_POLICIES[policy]);

export const DockerContainerSpec = z.strictObject({
  type: z.literal("docker-container"),
  ...common,
  image: text.describe("[registry[:port]/]name[:tag][@digest]"),
  image_pull_policy: DockerPullPolicy.optional().describe(
    "Unset: always for `latest` or no tag, otherwise if not present.",
  ),
  image_registry: z
    .union([text, ImageRegistry])
    .optional()
    .describe("A registry of the configuration by name, or its credentials; for the pull only."),
  networks: z
    .array(text)
    .default(() => [])
    .describe("Networks to join; not together with network_mode."),
  network_mode: text.optional().describe("As `docker run --network` takes it."),
  volumes: z
    .array(z.string())
    .default(() => [])
    .describe("source:path[:options]"),
  auto_remove: z
    .boolean()
    .default(false)
    .describe("Remove the container once its result is out, rather than after the retention."),
  docker_host: text.optional().describe("A Docker host of the configuration, by name."),
  mem_limit: z
    .union([z.number().int().positive(), text])
    .optional()
    .describe("Bytes, or with a unit: 512m."),
  memswap_limit: z
    .union([z.number().int().min(-1), text])
    .optional()
    .describe("Memory and swap together, as mem_limit is written; -1: no limit."),
  shm_size: z
    .union([z.number().int().positive(), text])
    .optional()
    .describe("Size of /dev/shm, as mem_limit is written."),
  cpus: z.number().positive().optional().describe("How many CPUs it may use; 1.5, say."),
  gpus: z
    .union([z.literal("all"), z.number().int().positive(), z.array(text).min(1)])
    .optional()
    .describe("all, a count, or a list of device ids."),
  user: text.optional().describe("Name or uid, with :group where wanted."),
  extra_hosts: z
    .union([z.array(text), z.record(text, text)])
    .optional()
    .describe("host:address entries, or host → address."),
  entrypoint: z.array(Argument).optional().describe("Replaces the image's entrypoint."),
  working_dir: text.optional().describe("Where the command starts."),
  hostname: text.optional().describe("The container's host name."),
  platform: text.optional().describe("os[/arch[/variant]] of the image."),
  privileged: z.boolean().optional().describe("Every right on the host."),
  cap_add: z.array(text).optional().describe("Linux capabilities to add."),
  cap_drop: z.array(text).optional().describe("Linux capabilities to take away."),
  devices: z.array(text).optional().describe("host[:container[:permissions]]"),
  pids_limit: z.number().int().positive().optional().describe("How many processes it may have."),
  read_only: z.boolean().optional().describe("Mount the root file system read-only."),
  init: z.boolean().optional().describe("Run an init that reaps processes."),
  create_options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Merged into the body of the engine's POST /containers/create."),
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
  image: text.optional().describe("Required unless job or a customization gives one."),
  image_pull_policy: z
    .enum(["IfNotPresent", "Always", "Never"])
    .optional()
    .describe("When the node pulls the image."),
  namespace: text.default("default").describe("Where the Job is made."),
  service_account_name: text.optional().describe("The pod's service account."),
  cluster_config: z
    .union([text, z.record(z.string(), z.unknown())])
    .optional()
    .describe("A cluster of the configuration by name, or an inline kubeconfig."),
  job: z.record(z.string(), z.unknown()).optional().describe("The base manifest."),
  customizations: z
    .array(PatchOperation)
    .max(1_000)
    .default(() => [])
    .describe("JSON patch (RFC 6902), applied to the manifest last."),
  job_watch_timeout_seconds: seconds
    .default(5)
    .describe("How long after its pod's last container ended the Job may stay unfinished."),
  pod_watch_timeout_seconds: seconds
    .default(60)
    .describe("How long after the Job's creation a pod may stay Pending."),
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
