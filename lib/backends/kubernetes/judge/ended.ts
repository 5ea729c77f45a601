import type { Ended } from "../../../runs/observation.ts";
import { mask } from "../../../runs/redact.ts";
import { cutText } from "../../../runs/text.ts";
import type { Pod } from "../api/api-types.ts";
import { conditionOf, terminalCondition } from "./conditions.ts";
import { keptOutputOf, lastMarkOf } from "./end-mark.ts";
import { type JobView, type Times, timesOf } from "./job-view.ts";
import { type LogSource, logSourceOf } from "./log-source.ts";
import { type KubernetesRun, toIso } from "./observed-run.ts";

/** What clusters say can be long (a policy's every violation); a result has room for this many characters of it. */
const MAX_MESSAGE = 2_000;

/** An end as a result tells it: with the times of its pods, and without the values of its secrets in what the cluster said. */
export function ended(
  view: Pick<JobView, "job" | "pods">,
  run: KubernetesRun,
  end: Pick<Ended, "outcome" | "statusCode" | "cause">,
  times: Partial<Times> = {},
): Ended {
  const { startedAt, finishedAt, attempts } = {
    ...timesOf(view),
    ...lastMarkOf(view.job, view.pods?.length === 0),
    ...times,
  };
  const finished = finishedAt ?? finishOf(view.job);
  const log = logOf(view, attempts);
  const seen: KubernetesRun = { ...run, log };
  return {
    state: "ended",
    run: seen,
    ...end,
    cause: end.cause && {
      ...end.cause,
      message: cutText(mask(end.cause.message, run.secrets), MAX_MESSAGE),
    },
    startedAt: toIso(startedAt),
    finishedAt: toIso(finished),
    attempts,
    ...(attempts === 0 && log !== undefined ? { hasOutput: true } : {}),
  };
}

function finishOf(job: JobView["job"]): string | undefined {
  if (conditionOf(job, "Complete")) return job.status?.completionTime;
  return terminalCondition(job)?.lastTransitionTime;
}

function logOf({ job, pods }: Pick<JobView, "job" | "pods">, attempts: number) {
  const source = pods && logSourceOf(job, pods);
  const kept = keptOutputOf(job);
  if (kept !== undefined && !(source && staysThere(source, pods))) return { kept };
  return source ?? (pods && attempts > 0 ? "gone" : undefined);
}

/** A pod that is being removed may be gone before its output has been read. */
const staysThere = ({ uid }: LogSource, pods: readonly Pod[]) =>
  pods.some(({ metadata }) => metadata?.uid === uid && metadata?.deletionTimestamp === undefined);
