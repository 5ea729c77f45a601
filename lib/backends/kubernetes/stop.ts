import { hasStatus } from "./api/api-error.ts";
import type { Job, Pod } from "./api/api-types.ts";
import { type Cluster, jobPath, podPath } from "./api/cluster.ts";
import { type JobView, timesOf } from "./judge/job-view.ts";
import { isTerminal } from "./judge/pod-facts.ts";
import { STOP_ANNOTATION, type StopMark } from "./judge/stop-mark.ts";

/**
 * Stops a run for good and leaves its Job to be read: with a deadline of no seconds the controller ends its pods, makes
 * none any more, even if it is resumed, and declares it failed. The mark, written with it, says why.
 * Throws an ApiError 409 where the Job is not as it was seen: then it has to be judged anew.
 */
export function stopJob(cluster: Cluster, job: Job, mark: StopMark, signal: AbortSignal) {
  return patchJob(cluster, job, mark, { spec: { activeDeadlineSeconds: 0 } }, signal);
}

/** Only the mark: for pods that are to have longer to end than the deadline would leave them. Throws as `stopJob` does. */
export function markJob(cluster: Cluster, job: Job, mark: StopMark, signal: AbortSignal) {
  return patchJob(cluster, job, mark, {}, signal);
}

async function patchJob(
  { client }: Cluster,
  { metadata }: Job,
  mark: StopMark,
  changes: object,
  signal: AbortSignal,
): Promise<Job> {
  const { name = "", namespace = "", uid, resourceVersion } = metadata ?? {};
  const annotations = { [STOP_ANNOTATION]: JSON.stringify(mark) };
  const { body } = await client.call<Job>({
    method: "PATCH",
    path: jobPath(namespace, name),
    contentType: "application/merge-patch+json",
    body: { metadata: { uid, resourceVersion, annotations }, ...changes },
    signal,
  });
  return body;
}

/** Ends pods that have not ended; the time between the polite and the final signal is their own where `graceSeconds` is undefined. */
export async function endPods(
  { client }: Cluster,
  pods: readonly Pod[],
  graceSeconds: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const ending = pods
    .filter((pod) => !isTerminal(pod))
    .map(async ({ metadata }) => {
      const { namespace = "", name = "", uid } = metadata ?? {};
      try {
        await client.call({
          method: "DELETE",
          path: podPath(namespace, name),
          // 0 would take the pod from the API at once, whether or not its node has ended it.
          body: {
            preconditions: { uid },
            ...(graceSeconds === undefined
              ? {}
              : { gracePeriodSeconds: Math.max(1, graceSeconds) }),
          },
          signal,
        });
      } catch (error) {
        if (!hasStatus(error, 404, 409)) throw error; // gone, or another pod has its name by now
      }
    });
  await Promise.all(ending);
}

export function stopMarkOf(view: JobView, cause: StopMark["cause"], statusCode?: number): StopMark {
  const { attempts, startedAt } = timesOf(view);
  const at = new Date(view.nowMs).toISOString();
  return {
    cause,
    at,
    attempts,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(statusCode === undefined ? {} : { statusCode }),
  };
}
