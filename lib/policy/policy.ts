import * as z from "zod";
import { OWN_CREATE_FIELDS, PROFILE_CREATE_FIELDS } from "./docker/create-fields.ts";
import { type FieldTree, fieldTree } from "./field-tree.ts";
import { OWN_JOB_FIELDS, PROFILE_JOB_FIELDS } from "./kubernetes/job-fields.ts";

const globs = z.array(z.string().min(1));
const paths = z.array(z.string().regex(/^\//, "expected an absolute path"));

/** The words of the Kubernetes Pod Security Standards; for Docker their equivalents. */
export const Profile = z.enum(["trusted", "baseline", "restricted"]);
export type Profile = z.infer<typeof Profile>;

/**
 * What requests may do, as the operator writes it under `policy:`. A list that is given allows what it names and nothing
 * else; one that is not given is the profile's. In names and images `*` stands for anything without `/`, `**` for
 * anything.
 */
export const Policy = z.strictObject({
  profile: Profile.default("trusted"),
  /** `registry/repository`, with `:tag` where that matters; Docker Hub's are `docker.io/library/name`. */
  images: globs.optional(),
  /** Images must be named by digest. */
  require_digest: z.boolean().default(false),
  /** Clusters and Docker hosts of the configuration. */
  targets: globs.optional(),
  namespaces: globs.optional(),
  service_accounts: globs.optional(),
  /** Secrets of the cluster that a pod may refer to. */
  secrets: globs.optional(),
  /** JSON pointers into the final Job that may be set, beside what plain fields set; `*` is any one key, a last `**` everything below. */
  job_fields: paths.optional(),
  /** The same for the final create request of Docker. */
  create_fields: paths.optional(),
  /** Directories of the host that may be mounted, with everything below them. */
  host_paths: paths.optional(),
  /** Named volumes of Docker. */
  volumes: globs.optional(),
  /** Capabilities that may be added, beside the profile's. */
  capabilities: z.array(z.string().min(1)).optional(),
  /** Devices of the host. */
  devices: globs.optional(),
  /** Runtime classes in Kubernetes, runtimes in Docker, beside the engine's own. */
  runtime_classes: globs.optional(),
  env: z
    .strictObject({
      /** Only these may be set. */
      allow: globs.optional(),
      /** These may not; instead of the profile's. */
      deny: globs.optional(),
    })
    .prefault({}),
  /** The most that one run may ask for; where one is given, a run must state its own. */
  limits: z
    .strictObject({
      cpus: z.number().positive().optional(),
      memory_bytes: z.number().int().positive().optional(),
      gpus: z.number().int().min(0).optional(),
      /** Pods of one Job at once. */
      pods: z.number().int().positive().optional(),
      timeout_seconds: z.number().int().positive().optional(),
    })
    .prefault({}),
  /** Whether requests may run processes beside Slipway; unset: yes on a machine, no in Lambda. */
  process_runs: z.boolean().optional(),
  /** Programs that process runs may begin with. */
  commands: globs.optional(),
  /** Whether requests may carry credentials of clusters and registries; unset: yes on a machine, no in Lambda. */
  inline_credentials: z.boolean().optional(),
  /** Hosts that images may come from although they are loopback, link-local or metadata addresses. */
  special_hosts: globs.optional(),
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
