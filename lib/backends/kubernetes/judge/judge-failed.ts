import { type CauseCode, causeOf } from "../../../runs/cause.ts";
import type { Ended } from "../../../runs/observation.ts";
import type { Pod } from "../api/api-types.ts";
import { conditionOf } from "./conditions.ts";
import { disruptionFromEvents } from "./disruption.ts";
import { ended } from "./ended.ts";
import { causeOfExit, isKillCode } from "./exit-cause.ts";
import type { JobView } from "./job-view.ts";
import type { KubernetesRun } from "./observed-run.ts";
import { endOfFailedPod, type PodEnd } from "./pod-end.ts";
import { latest, mainContainerName } from "./pod-facts.ts";

/** Of these the command itself is the author; everything else is done to it. */
const OWN_DOING: ReadonlySet<CauseCode> = new Set([
  "Exit",
  "Signal",
  "OOMKilled",
  "DeadlineExceeded",
]);

/** `Container C for pod NS/P failed with exit code N matching FailJob rule at index I`: the job controller's words since 1.26. */
const EXIT_MESSAGE = /^Container (\S+) for pod \S+\/(\S+) failed with exit code (-?\d+) matching/;
const DISRUPTION_MESSAGE = /^Pod \S+\/(\S+) has condition DisruptionTarget matching/;

/** A Job that has failed for good: the pod that failed it says why, or, where that is gone, the Job's own condition. */
export function judgeFailed(view: JobView, run: KubernetesRun): Ended {
  const end = endOf(view);
  return ended(view, run, { outcome: outcomeOfEnd(end), ...end });
}

export const outcomeOfEnd = ({ cause }: PodEnd): "failed" | "crashed" =>
  OWN_DOING.has(cause.code) ? "failed" : "crashed";

function endOf(view: JobView): PodEnd {
  const { reason, message = "" } = conditionOf(view.job, "Failed") ?? {};
  if (reason === "DeadlineExceeded")
    return { statusCode: -1, cause: causeOf("DeadlineExceeded", message) };
  const pod = failedPod(view.pods ?? [], message);
  if (pod) return endOfFailedPod(pod, mainContainerName(view.job));
  return endByMessage(view, [reason, message].filter(Boolean).join(": "), message);
}

/** The one that the condition names, or the last one that failed. */
function failedPod(pods: readonly Pod[], message: string): Pod | undefined {
  const name = EXIT_MESSAGE.exec(message)?.[2] ?? DISRUPTION_MESSAGE.exec(message)?.[1];
  const named = pods.find(({ metadata }) => metadata?.name === name);
  return named ?? latest(pods, ({ status }) => status?.phase === "Failed");
}

function endByMessage({ pods, events }: JobView, words: string, message: string): PodEnd {
  const [, container, , digits] = EXIT_MESSAGE.exec(message) ?? [];
  if (container !== undefined) {
    const statusCode = Number(digits);
    // Nothing but the pod's own deletion takes a failed pod from a failed Job so soon.
    const isDeleted = pods !== undefined && isKillCode(statusCode);
    const cause = isDeleted
      ? causeOf("Removed", `its pod was deleted; ${message}`)
      : causeOfExit(container, statusCode);
    return { statusCode, cause };
  }
  if (DISRUPTION_MESSAGE.test(message))
    return { statusCode: -1, cause: disruptionFromEvents(events, message) };
  if (pods === undefined)
    return { statusCode: -1, cause: causeOf("Exit", `${words}; its pods may not be read`) };
  return { statusCode: -1, cause: causeOf("Removed", `its pods are gone; ${words}`) };
}

/** Whether only events can tell what happened: the pod is gone, and the Job says no more than that it was disrupted. */
export function needsEvents({ job, pods = [] }: Pick<JobView, "job" | "pods">): boolean {
  const message = conditionOf(job, "Failed")?.message ?? "";
  return DISRUPTION_MESSAGE.test(message) && failedPod(pods, message) === undefined;
}

/** The pod that the Job's condition names, where it names one. */
export function namedPod({ job }: Pick<JobView, "job">): string | undefined {
  const message = conditionOf(job, "Failed")?.message ?? "";
  return DISRUPTION_MESSAGE.exec(message)?.[1];
}
