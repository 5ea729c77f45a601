import * as z from "zod/mini";
import { OWN_CREATE_FIELDS, PROFILE_CREATE_FIELDS } from "./docker/create-fields.ts";
import { type FieldTree, fieldTree } from "./field-tree.ts";
import { OWN_JOB_FIELDS, PROFILE_JOB_FIELDS } from "./kubernetes/job-fields.ts";

const globs = z.array(z.string().check(z.minLength(1)));
const paths = z.array(z.string().check(z.regex(/^\//, "expected an absolute path")));

/** The words of the Kubernetes Pod Security Standards; for Docker their equivalents. */
export const Profile = z.enum(["trusted", "baseline", "restricted"]);
export type Profile = z.infer<typeof Profile>;

/**
 * What requests may do, as the operator writes it under `policy:`. A list that is given allows what it names and nothing
 * else; one that is not given is the profile's. In names and images `*` stands for anything without `/`, `**` for
 * anything.
 */
export const Policy = z.strictObject({
  profile: z._default(Profile, "trusted"),
  /** `registry/repository`, with `:tag` where that matters; Docker Hub's are `docker.io/library/name`. */
  images: z.optional(globs),
  /** Images must be named by digest. */
  require_digest: z._default(z.boolean(), false),
  /** Clusters and Docker hosts of the configuration. */
  targets: z.optional(globs),
  namespaces: z.optional(globs),
  service_accounts: z.optional(globs),
  /** Secrets of the cluster that a pod may refer to. */
  secrets: z.optional(globs),
  /** JSON pointers into the final Job that may be set, beside what plain fields set; `*` is any one key, a last `**` everything below. */
  job_fields: z.optional(paths),
  /** The same for the final create request of Docker. */
  create_fields: z.optional(paths),
  /** Directories of the host that may be mounted, with everything below them. */
  host_paths: z.optional(paths),
  /** Named volumes of Docker. */
  volumes: z.optional(globs),
  /** Capabilities that may be added, beside the profile's. */
  capabilities: z.optional(globs),
  /** Devices of the host. */
  devices: z.optional(globs),
  /** Runtime classes in Kubernetes, runtimes in Docker, beside the engine's own. */
  runtime_classes: z.optional(globs),
  env: z.prefault(
    z.strictObject({
      /** Only these may be set. */
      allow: z.optional(globs),
      /** These may not; instead of the profile's. */
      deny: z.optional(globs),
    }),
    {},
  ),
  /** The most that one run may ask for; where one is given, a run must state its own. */
  limits: z.prefault(
    z.strictObject({
      cpus: z.optional(z.number().check(z.positive())),
      memory_bytes: z.optional(z.int().check(z.positive())),
      gpus: z.optional(z.int().check(z.minimum(0))),
      /** Pods of one Job at once. */
      pods: z.optional(z.int().check(z.positive())),
      timeout_seconds: z.optional(z.int().check(z.positive())),
    }),
    {},
  ),
  /** Whether requests may run processes beside Slipway; unset: yes on a machine, no in Lambda. */
  process_runs: z.optional(z.boolean()),
  /** Programs that process runs may begin with. */
  commands: z.optional(globs),
  /** Whether requests may carry credentials of clusters and registries; unset: yes on a machine, no in Lambda. */
  inline_credentials: z.optional(z.boolean()),
  /** Hosts that images may come from although they are loopback, link-local or metadata addresses. */
  special_hosts: z.optional(globs),
});
export type Policy = z.infer<typeof Policy>;

/** A policy with everything decided that depends on where Slipway runs. */
export interface EffectivePolicy extends Policy {
  readonly process_runs: boolean;
  readonly inline_credentials: boolean;
  /** Whether loopback addresses count as special: on one machine they are where the registry is. */
  readonly loopback_is_special: boolean;
  /** What may be set at all; undefined where nobody asks. */
  readonly fields: {
    readonly job: FieldTree | undefined;
    readonly create: FieldTree | undefined;
  };
}

/**
 * In a deployed function nobody stands beside the machine, and its own credentials are within reach of a process.
 * `serverless invoke local` says `IS_LOCAL`.
 */
export function effectivePolicy(
  policy: Policy,
  env: Readonly<Record<string, string | undefined>>,
): EffectivePolicy {
  const deployed = Boolean(env.AWS_LAMBDA_FUNCTION_NAME) && env.IS_LOCAL !== "true";
  return {
    ...policy,
    process_runs: policy.process_runs ?? !deployed,
    inline_credentials: policy.inline_credentials ?? !deployed,
    loopback_is_special: deployed || policy.profile !== "trusted",
    fields: {
      job: allowed(policy, policy.job_fields, OWN_JOB_FIELDS, PROFILE_JOB_FIELDS),
      create: allowed(policy, policy.create_fields, OWN_CREATE_FIELDS, PROFILE_CREATE_FIELDS),
    },
  };
}

/** Where nothing is listed, the profile trusted asks nobody. */
function allowed(
  { profile }: Policy,
  listed: readonly string[] | undefined,
  own: readonly string[],
  usual: readonly string[],
): FieldTree | undefined {
  if (listed === undefined && profile === "trusted") return undefined;
  return fieldTree([...own, ...(listed ?? usual)]);
}
