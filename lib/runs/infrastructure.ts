import * as z from "zod/mini";

/**
 * The fields of the three kinds of infrastructure, spelled as Prefect 2.2 stores them. Everything here is about shape;
 * what an engine makes of a field is decided in its own folder under `backends/`.
 */

/** A schema costs a start more than most requests cost: each is made when the first request of its kind is read. */
function lazily<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const text = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());
const seconds = z.int().check(z.positive(), z.maximum(604_800));

/** On Linux an environment name may be anything without `=` and NUL, and an empty one is refused by every engine. */
const EnvironmentName = z
  .string()
  .check(
    z.regex(
      /^[^=\0]+$/,
      "is not a name for an environment variable: expected one that is not empty and holds no `=`",
    ),
  );
const EnvironmentValue = z
  .string()
  .check(z.refine((value) => !value.includes("\0"), "expected a text without a NUL character"));

/** Name → value; `null` unsets a variable of the base environment. */
export const Environment = z.record(EnvironmentName, z.nullable(EnvironmentValue));
export type Environment = z.infer<typeof Environment>;

/** No argument of a process can hold one. */
const Argument = EnvironmentValue;

const commonFields = lazily(() => ({
  command: z
    ._default(z.array(Argument), () => ["python", "-m", "prefect.engine"])
    .check(z.describe("The command and its arguments; no shell reads them.")),
  env: z
    ._default(Environment, () => ({}))
    .check(z.describe("Name → value, over the base environment; null unsets a variable of that.")),
  labels: z
    ._default(z.record(text, z.string()), () => ({}))
    .check(z.describe("Labels of the infrastructure; they come back in the results.")),
  name: z
    .optional(z.string().check(z.maxLength(1_000)))
    .check(z.describe("Display name; the engine's name derives from it.")),
  stream_output: z
    ._default(z.boolean(), true)
    .check(z.describe("Whether the run's output is shown.")),
  timeout_seconds: z
    .optional(seconds)
    .check(
      z.describe("The run's deadline, from its start, in seconds; past it the run is stopped."),
    ),
}));

const processSpec = lazily(() => z.strictObject({ type: z.literal("process"), ...commonFields() }));
export type ProcessSpec = z.infer<ReturnType<typeof processSpec>>;

/** Credentials for one registry, used for one pull. */
export const imageRegistry = lazily(() =>
  z.strictObject({
    username: text,
    password: text,
    registry_url: z.optional(text),
    reauth: z
      ._default(z.boolean(), true)
      .check(z.describe("false: a token that still holds may be used again.")),
  }),
);

const DOCKER_PULL_POLICIES = {
  ALWAYS: "ALWAYS",
  NEVER: "NEVER",
  IF_NOT_PRESENT: "IF_NOT_PRESENT",
  Always: "ALWAYS",
  Never: "NEVER",
  IfNotPresent: "IF_NOT_PRESENT",
} as const;

/** In Prefect's spelling or in that of Kubernetes. */
const dockerPullPolicy = lazily(() =>
  z.pipe(
    z.enum(["ALWAYS", "NEVER", "IF_NOT_PRESENT", "Always", "Never", "IfNotPresent"]),
    z.transform((policy) => DOCKER_PULL_POLICIES[policy]),
  ),
);

const dockerContainerSpec = lazily(() =>
  z.strictObject({
    type: z.literal("docker-container"),
    ...commonFields(),
    image: text.check(z.describe("[registry[:port]/]name[:tag][@digest]")),
    image_pull_policy: z
      .optional(dockerPullPolicy())
      .check(z.describe("Unset: always for `latest` or no tag, otherwise if not present.")),
    image_registry: z
      .optional(z.union([text, imageRegistry()]))
      .check(
        z.describe(
          "A registry of the configuration by name, or its credentials; for the pull only.",
        ),
      ),
    networks: z
      ._default(z.array(text), () => [])
      .check(z.describe("Networks to join; not together with network_mode.")),
    network_mode: z.optional(text).check(z.describe("As `docker run --network` takes it.")),
    volumes: z._default(z.array(z.string()), () => []).check(z.describe("source:path[:options]")),
    auto_remove: z
      ._default(z.boolean(), false)
      .check(
        z.describe("Remove the container once its result is out, rather than after the retention."),
      ),
    docker_host: z.optional(text).check(z.describe("A Docker host of the configuration, by name.")),
    mem_limit: z.optional(z.union([count, text])).check(z.describe("Bytes, or with a unit: 512m.")),
    memswap_limit: z
      .optional(z.union([z.int().check(z.minimum(-1)), text]))
      .check(z.describe("Memory and swap together, as mem_limit is written; -1: no limit.")),
    shm_size: z
      .optional(z.union([count, text]))
      .check(z.describe("Size of /dev/shm, as mem_limit is written.")),
    cpus: z
      .optional(z.number().check(z.positive()))
      .check(z.describe("How many CPUs it may use; 1.5, say.")),
    gpus: z
      .optional(z.union([z.literal("all"), count, z.array(text).check(z.minLength(1))]))
      .check(z.describe("all, a count, or a list of device ids.")),
    user: z.optional(text).check(z.describe("Name or uid, with :group where wanted.")),
    extra_hosts: z
      .optional(z.union([z.array(text), z.record(text, text)]))
      .check(z.describe("host:address entries, or host → address.")),
    entrypoint: z.optional(z.array(Argument)).check(z.describe("Replaces the image's entrypoint.")),
    working_dir: z.optional(text).check(z.describe("Where the command starts.")),
    hostname: z.optional(text).check(z.describe("The container's host name.")),
    platform: z.optional(text).check(z.describe("os[/arch[/variant]] of the image.")),
    privileged: z.optional(z.boolean()).check(z.describe("Every right on the host.")),
    cap_add: z.optional(z.array(text)).check(z.describe("Linux capabilities to add.")),
    cap_drop: z.optional(z.array(text)).check(z.describe("Linux capabilities to take away.")),
    devices: z.optional(z.array(text)).check(z.describe("host[:container[:permissions]]")),
    pids_limit: z.optional(count).check(z.describe("How many processes it may have.")),
    read_only: z.optional(z.boolean()).check(z.describe("Mount the root file system read-only.")),
    init: z.optional(z.boolean()).check(z.describe("Run an init that reaps processes.")),
    create_options: z
      .optional(z.record(z.string(), z.unknown()))
      .check(z.describe("Merged into the body of the engine's POST /containers/create.")),
  }),
);
export type DockerContainerSpec = z.infer<ReturnType<typeof dockerContainerSpec>>;

/** RFC 6901: `~` only as `~0` and `~1`. */
const jsonPointer = lazily(() =>
  z
    .string()
    .check(
      z.maxLength(4_096),
      z.regex(/^(?:\/(?:[^~/]|~[01])*)*$/, "expected a JSON pointer such as /spec/template"),
    ),
);

/** One operation of RFC 6902, which says that other members are to be ignored. */
const patchOperation = lazily(() =>
  z.discriminatedUnion("op", [
    z.object({ op: z.literal("add"), path: jsonPointer(), value: z.unknown() }),
    z.object({ op: z.literal("replace"), path: jsonPointer(), value: z.unknown() }),
    z.object({ op: z.literal("test"), path: jsonPointer(), value: z.unknown() }),
    z.object({ op: z.literal("remove"), path: jsonPointer() }),
    z.object({ op: z.literal("move"), path: jsonPointer(), from: jsonPointer() }),
    z.object({ op: z.literal("copy"), path: jsonPointer(), from: jsonPointer() }),
  ]),
);
export type PatchOperation = z.infer<ReturnType<typeof patchOperation>>;

const kubernetesJobSpec = lazily(() =>
  z.strictObject({
    type: z.literal("kubernetes-job"),
    ...commonFields(),
    image: z.optional(text).check(z.describe("Required unless job or a customization gives one.")),
    image_pull_policy: z
      .optional(z.enum(["IfNotPresent", "Always", "Never"]))
      .check(z.describe("When the node pulls the image.")),
    namespace: z._default(text, "default").check(z.describe("Where the Job is made.")),
    service_account_name: z.optional(text).check(z.describe("The pod's service account.")),
    cluster_config: z
      .optional(z.union([text, z.record(z.string(), z.unknown())]))
      .check(z.describe("A cluster of the configuration by name, or an inline kubeconfig.")),
    job: z.optional(z.record(z.string(), z.unknown())).check(z.describe("The base manifest.")),
    customizations: z
      ._default(z.array(patchOperation()).check(z.maxLength(1_000)), () => [])
      .check(z.describe("JSON patch (RFC 6902), applied to the manifest last.")),
    job_watch_timeout_seconds: z
      ._default(seconds, 5)
      .check(
        z.describe("How long after its pod's last container ended the Job may stay unfinished."),
      ),
    pod_watch_timeout_seconds: z
      ._default(seconds, 60)
      .check(z.describe("How long after the Job's creation a pod may stay Pending.")),
  }),
);
export type KubernetesJobSpec = z.infer<ReturnType<typeof kubernetesJobSpec>>;

export type Spec = KubernetesJobSpec | DockerContainerSpec | ProcessSpec;

/** As it is sent: what has a default may be left out. */
export type SpecInput =
  | z.input<ReturnType<typeof kubernetesJobSpec>>
  | z.input<ReturnType<typeof dockerContainerSpec>>
  | z.input<ReturnType<typeof processSpec>>;

export type InfrastructureType = Spec["type"];
export const INFRASTRUCTURE_TYPES = [
  "kubernetes-job",
  "docker-container",
  "process",
] as const satisfies readonly InfrastructureType[];

export const SPEC_SCHEMAS = {
  get "kubernetes-job"() {
    return kubernetesJobSpec();
  },
  get "docker-container"() {
    return dockerContainerSpec();
  },
  get process() {
    return processSpec();
  },
};

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
