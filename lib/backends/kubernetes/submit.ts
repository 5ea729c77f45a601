import type { V1Job } from "@kubernetes/client-node";
import type { PolicyGate } from "../../policy/check-policy.ts";
import type { KubernetesJobSpec } from "../../runs/infrastructure.ts";
import { LaunchError, unavailable } from "../../runs/launch-error.ts";
import { mask } from "../../runs/redact.ts";
import type { Run } from "../../runs/run.ts";
import type { Submission } from "../backend.ts";
import type { Answer } from "./api/answer.ts";
import { ApiError, hasStatus } from "./api/api-error.ts";
import type { Job } from "./api/api-types.ts";
import { type Cluster, jobsPath } from "./api/cluster.ts";
import { toCreateError } from "./api/create-error.ts";
import { type KubernetesRun, readRun } from "./judge/observed-run.ts";
import { readJob } from "./look/look-closer.ts";
import { buildJob } from "./manifest/build-job.ts";
import { ANNOTATIONS, TOMBSTONE_LABEL } from "./markers.ts";

/**
 * Creates the run's Job under the one name it can have. The cluster refuses a second one, and then what is there is read
 * and judged: that is also how an answer that was lost, or a launcher that was killed, is made up for.
 */
export async function submitRun(
  cluster: Cluster,
  run: Run<KubernetesJobSpec>,
  checkPolicy: PolicyGate,
  signal: AbortSignal,
): Promise<Submission> {
  const job = buildJob(run);
  checkPolicy({ run, job });
  const created = await createUnlessThere(cluster, job, signal);
  return "existing" in created
    ? adopt(cluster, created.existing, run)
    : { outcome: "created", run: withWarnings(readRun(created.body, cluster.name), created) };
}

async function createUnlessThere(
  cluster: Cluster,
  job: V1Job,
  signal: AbortSignal,
): Promise<Answer<Job> | { readonly existing: Job }> {
  const { name = "", namespace = "" } = job.metadata ?? {};
  const created = await createJob(cluster, job, signal).catch(async (refusal: unknown) => {
    const existing = await readRefused(cluster, job, refusal, signal);
    if (existing) return { existing };
    throw refusal;
  });
  if (created) return created;
  const found = await readJob(cluster, namespace, name, signal);
  if (!found) throw unavailable(`the Job ${name} was there and is gone; it is tried again`);
  return { existing: found.body };
}

/**
 * Quotas, admission and rules speak before the cluster looks whether the name is taken: what they refuse now may have been
 * created by an earlier try, and that run is not to be told as refused.
 */
async function readRefused(
  cluster: Cluster,
  { metadata: { name = "", namespace = "" } = {} }: V1Job,
  refusal: unknown,
  signal: AbortSignal,
): Promise<Job | undefined> {
  if (refusal instanceof LaunchError && refusal.code === "EngineLost") return undefined;
  try {
    return (await readJob(cluster, namespace, name, signal))?.body;
  } catch (error) {
    if (hasStatus(error, 403)) return undefined; // who may not read Jobs learns what may be known
    throw error;
  }
}

/** Unknown fields, say, which the cluster drops: the sender is told once, with the submission. */
function withWarnings(run: KubernetesRun, { warnings }: Answer<Job>): KubernetesRun {
  const told = warnings.map((text) => `the cluster remarks: ${mask(text, run.secrets)}`);
  return { ...run, warnings: [...run.warnings, ...told] };
}

/** A cluster that does not know this form (before 1.15) answers with the whole object, whose metadata is the same. */
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/**
 * The Job as sent, with the metadata that the cluster gave it: to have all of it back costs both sides more than the rest
 * of the call. undefined where its name is taken. Throws a LaunchError.
 */
export async function createJob(
  { name: target, client }: Cluster,
  job: V1Job,
  signal: AbortSignal,
): Promise<Answer<Job> | undefined> {
  const { name = "", namespace = "" } = job.metadata ?? {};
  try {
    const path = jobsPath(namespace);
    const call = { method: "POST", path, body: job, accept: METADATA_ONLY, signal } as const;
    const answer = await client.call<Pick<Job, "metadata">>(call);
    const { metadata } = answer.body;
    return { ...answer, body: { ...(job as unknown as Job), metadata } as Job };
  } catch (error) {
    if (isNameTaken(error)) return undefined;
    const { secrets } = readRun(job as unknown as Job, target);
    throw toCreateError(error, `create the Job ${namespace}/${name} in ${target}`, secrets);
  }
}

/** 409 says also that a quota was being counted at the same moment, which passes. */
const isNameTaken = (error: unknown) =>
  hasStatus(error, 409) && error instanceof ApiError && error.status.reason === "AlreadyExists";

function adopt(cluster: Cluster, job: Job, { key, digest }: Run<KubernetesJobSpec>): Submission {
  const { labels = {}, annotations = {}, deletionTimestamp } = job.metadata ?? {};
  const run = readRun(job, cluster.name);
  if (annotations[ANNOTATIONS.id] !== key.id)
    throw new LaunchError("Conflict", `${run.identifier} is somebody else's Job, or another run's`);
  if (labels[TOMBSTONE_LABEL] !== undefined) return { outcome: "fenced", run };
  if (annotations[ANNOTATIONS.digest] !== digest)
    throw new LaunchError("Conflict", `${run.identifier} was made from another request of this id`);
  // Whether it was ours to its end or goes before, its name will be free, and this request shall not run again then.
  if (deletionTimestamp !== undefined && run.settled)
    throw unavailable(`${run.identifier} is just being deleted; it is tried again`);
  return { outcome: "adopted", run };
}
