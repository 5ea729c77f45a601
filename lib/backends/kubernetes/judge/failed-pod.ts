import type { Job, Pod } from "../api/api-types.ts";
import { conditionOf } from "./conditions.ts";
import { failedContainer, isByDeletion } from "./container-end.ts";
import { mainContainerName } from "./pod-facts.ts";

/** `Container C for pod NS/P failed with exit code N matching FailJob rule at index I`: the job controller's words since 1.26. */
export const EXIT_MESSAGE =
  /^Container (\S+) for pod \S+\/(\S+) failed with exit code (-?\d+) matching/;
export const DISRUPTION_MESSAGE = /^Pod \S+\/(\S+) has condition DisruptionTarget matching/;

/** The pod that the Job's condition names, where it names one. */
export function namedPod(job: Job): string | undefined {
  const message = conditionOf(job, "Failed")?.message ?? "";
  return EXIT_MESSAGE.exec(message)?.[2] ?? DISRUPTION_MESSAGE.exec(message)?.[1];
}

/**
 * The pod that failed a Job: the one that its condition names, else the last one that failed, of an index that counts. Those
 * that were only ended with the Job come last.
 */
export function failedPod(job: Job, pods: readonly Pod[]): Pod | undefined {
  const name = namedPod(job);
  const named = pods.find(({ metadata }) => metadata?.name === name);
  if (named) return named;
  const main = mainContainerName(job);
  const failed = pods.filter((pod) => hasFailed(job, pod, main));
  const counting = failed.filter((pod) => countsAsFailed(job, pod));
  const rank = (pod: Pod) =>
    [failedByItself(pod, main) ? "1" : "0", failedAt(pod, main), createdAt(pod)].join();
  return (counting.length > 0 ? counting : failed).toSorted((one, other) =>
    rank(other).localeCompare(rank(one)),
  )[0];
}

/** Of a pod whose containers are restarted an earlier end may have failed the Job: it never fails itself, but is deleted. */
function hasFailed({ spec }: Job, pod: Pod, main: string): boolean {
  if (pod.status?.phase === "Failed") return true;
  const isRestarted = spec?.template?.spec?.restartPolicy === "OnFailure";
  return isRestarted && failedContainer(pod, main) !== undefined;
}

/** Not only because its Job had failed, whose controller then ends all that still run. */
function failedByItself(pod: Pod, main: string): boolean {
  if (pod.metadata?.deletionTimestamp === undefined) return true;
  const failed = failedContainer(pod, main);
  return failed !== undefined && !isByDeletion(pod, failed.terminated);
}

const createdAt = ({ metadata }: Pod) => metadata?.creationTimestamp ?? "";
const failedAt = (pod: Pod, main: string) =>
  failedContainer(pod, main)?.terminated.finishedAt ?? createdAt(pod);

/** A label since 1.28, an annotation before. */
export const INDEX = "batch.kubernetes.io/job-completion-index";

const indexOf = ({ metadata }: Pod) => metadata?.labels?.[INDEX] ?? metadata?.annotations?.[INDEX];

/** An index that failed once may have succeeded since. */
function countsAsFailed({ status }: Job, pod: Pod): boolean {
  const index = Number(indexOf(pod));
  if (Number.isNaN(index)) return true;
  if (status?.failedIndexes !== undefined) return isAmong(index, status.failedIndexes);
  return !isAmong(index, status?.completedIndexes ?? "");
}

/** `1,4-6`, as the job controller writes it. */
function isAmong(index: number, indexes: string): boolean {
  return indexes.split(",").some((part) => {
    const [first = "", last = first] = part.split("-");
    return part !== "" && Number(first) <= index && index <= Number(last);
  });
}

/** Which of a Job's many pods failed it, for people: ` (failed indexes: 1,4-6)`; empty where it has only one. */
export function whichFailed(job: Job, pods: readonly Pod[]): string {
  const { completionMode, completions, parallelism } = job.spec ?? {};
  if (completionMode === "Indexed") return describeIndexes(failedIndexesOf(job, pods));
  const isMany = (completions ?? 1) > 1 || (parallelism ?? 1) > 1;
  const pod = isMany ? failedPod(job, pods) : undefined;
  return pod ? `; in the pod ${pod.metadata?.name}` : "";
}

function failedIndexesOf(job: Job, pods: readonly Pod[]): string {
  if (job.status?.failedIndexes) return job.status.failedIndexes;
  const main = mainContainerName(job);
  const failed = pods.filter(
    (pod) => hasFailed(job, pod, main) && failedByItself(pod, main) && countsAsFailed(job, pod),
  );
  const indexes = new Set(failed.flatMap((pod) => indexOf(pod) ?? []));
  return [...indexes].toSorted((one, other) => Number(one) - Number(other)).join();
}

const describeIndexes = (indexes: string) =>
  indexes === "" ? "" : `; failed ${/^\d+$/.test(indexes) ? "index" : "indexes"}: ${indexes}`;
