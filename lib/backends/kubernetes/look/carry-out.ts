import { hasStatus } from "../api/api-error.ts";
import type { Cluster } from "../api/cluster.ts";
import type { JobView } from "../judge/job-view.ts";
import { demandOf } from "../judge/limits.ts";
import { endPods, stopJob, stopMarkOf } from "../stop.ts";
import { keepEnd } from "./keep-end.ts";
import { lookCloser } from "./look-closer.ts";

/**
 * Does what a run's limits demand, once a closer look has confirmed it, and returns the run as it is then; undefined
 * where it is gone. A run that has moved on in the meantime is left alone: the next look judges it anew.
 */
export async function carryOut(
  cluster: Cluster,
  view: JobView,
  signal: AbortSignal,
): Promise<JobView | undefined> {
  if (!demandOf(view)) return view;
  const closer = await lookCloser(cluster, view, signal);
  const demand = closer && demandOf(closer);
  if (!closer || !demand) return closer;
  const mark =
    demand.kind === "stop" ? stopMarkOf(closer, demand.cause, demand.statusCode) : demand.mark;
  try {
    // What ran before the command has left output, which goes with its pod.
    const kept = mark.attempts === 0 ? await keepEnd(cluster, closer, signal) : closer;
    const job = await stopJob(cluster, kept.job, mark, signal);
    // The controllers see to the pods of a Job that is not deleted.
    if (job.metadata?.deletionTimestamp)
      await endPods(cluster, closer.pods ?? [], undefined, signal);
    return { ...closer, job };
  } catch (error) {
    if (hasStatus(error, 409, 404)) return closer;
    throw error;
  }
}
