import { causeOf } from "../../runs/cause.ts";
import { LaunchError, unavailable } from "../../runs/launch-error.ts";
import type { RunKey } from "../../runs/run.ts";
import type { Cancellation, CancelOptions } from "../backend.ts";
import { hasStatus } from "./api/api-error.ts";
import type { Job } from "./api/api-types.ts";
import { type Cluster, jobPath } from "./api/cluster.ts";
import { terminalCondition } from "./judge/conditions.ts";
import type { JobView } from "./judge/job-view.ts";
import { readRun } from "./judge/observed-run.ts";
import { readStopMark } from "./judge/stop-mark.ts";
import { readJob } from "./look/look-closer.ts";
import { readPodsOf } from "./look/read-pods.ts";
import { ANNOTATIONS, TOMBSTONE_LABEL } from "./markers.ts";
import { jobName } from "./names.ts";
import { endPods, markJob, stopJob, stopMarkOf } from "./stop.ts";
import { createJob } from "./submit.ts";
import { buildTombstone } from "./tombstone.ts";

/** Each try is thwarted only by somebody else's change of the same Job. */
const MAX_TRIES = 8;

/** A pod's own time to end where it does not say, in seconds. */
const USUAL_GRACE_SECONDS = 30;

/** Ends a run, or sees to it that there will never be one. Returns when the cluster has its orders. */
export async function cancelRun(
  cluster: Cluster,
  key: RunKey,
  options: CancelOptions,
  signal: AbortSignal,
): Promise<Cancellation> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const outcome = await tryToCancel(cluster, key, options, signal);
    if (outcome) return { outcome };
  }
  throw unavailable(
    `${jobPath(key.namespace ?? "default", jobName(key))} changes too fast to be cancelled`,
  );
}

async function tryToCancel(
  cluster: Cluster,
  key: RunKey,
  options: CancelOptions,
  signal: AbortSignal,
): Promise<Cancellation["outcome"] | undefined> {
  const { namespace = "default" } = key;
  const answer = await readJob(cluster, namespace, jobName(key), signal);
  if (!answer) {
    const fence = await createJob(cluster, buildTombstone({ ...key, namespace }, options), signal);
    return fence && "fenced"; // somebody was faster: then the run, or another fence, is there now
  }
  const { body: job, nowMs } = answer;
  const run = readRun(job, cluster.name);
  if (job.metadata?.annotations?.[ANNOTATIONS.id] !== key.id)
    throw new LaunchError("Conflict", `${run.identifier} is somebody else's Job, or another run's`);
  if (job.metadata.labels?.[TOMBSTONE_LABEL] !== undefined) return "fenced";
  if (run.settled || terminalCondition(job)) return "ended";
  if (options.reason === "SubmissionFailed") return "exists";
  const pods = await readPodsOf(cluster, namespace, [key.hash], signal);
  const view = {
    job,
    pods: pods && (pods.get(key.hash) ?? []),
    events: [],
    nowMs,
    target: cluster.name,
  };
  return stop(cluster, view, options, signal);
}

/** undefined where the Job has changed since it was read. */
async function stop(
  cluster: Cluster,
  view: JobView,
  { reason, message, graceSeconds }: CancelOptions,
  signal: AbortSignal,
): Promise<"stopping" | undefined> {
  const known = readStopMark(view.job);
  const isNew = known === undefined || known === "broken";
  const mark = isNew ? stopMarkOf(view, causeOf(reason, message)) : known;
  const pods = view.pods ?? [];
  try {
    if (graceSeconds <= ownGrace(view)) {
      await stopJob(cluster, view.job, mark, signal);
      await endPods(cluster, pods, graceSeconds, signal);
    } else {
      // The Job's own deadline would cut its pods' time short, and a pod's time can only be shortened once it runs.
      const marked = await markJob(cluster, view.job, mark, signal);
      await endPods(cluster, pods, graceSeconds, signal);
      await stopJob(cluster, withoutVersion(marked), mark, signal);
    }
    return "stopping";
  } catch (error) {
    if (hasStatus(error, 404, 409)) return undefined;
    throw error;
  }
}

const ownGrace = ({ job }: JobView) =>
  job.spec?.template?.spec?.terminationGracePeriodSeconds ?? USUAL_GRACE_SECONDS;

/** It is decided: whatever its controller has written meanwhile changes nothing. */
function withoutVersion(job: Job): Job {
  const { resourceVersion: _, ...metadata } = job.metadata ?? {};
  return { ...job, metadata };
}
