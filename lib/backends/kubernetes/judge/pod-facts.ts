import type { Job, Pod } from "../api/api-types.ts";
import { mainContainer } from "../main-container.ts";
import { MAIN_CONTAINER } from "../markers.ts";

type ContainerStatus = NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number];
export type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

/** A pod that its node was told to end and did not is lost with its node this long after its grace, in milliseconds. */
const OVERDUE_MS = 30_000;

/** The name of the container whose exit code is the run's; its place in a pod says nothing, the cluster may have put others before it. */
export function mainContainerName({ spec }: Job): string {
  return mainContainer(spec?.template?.spec?.containers ?? [])?.name ?? MAIN_CONTAINER;
}

/** Of all its containers, the init containers first: the others wait for them. */
export const statusesOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** No two containers of a pod have the same name, whatever they are. */
export const statusOf = (pod: Pod, container: string): ContainerStatus | undefined =>
  statusesOf(pod).find(({ name }) => name === container);

/** An init container that runs beside the others: it is restarted for ever, and ended with its pod. */
export const isSidecar = ({ spec }: Pod, container: string): boolean =>
  spec?.initContainers?.some(
    ({ name, restartPolicy }) => name === container && restartPolicy === "Always",
  ) === true;

export function terminatedOf(pod: Pod, container: string): Terminated | undefined {
  return statusOf(pod, container)?.state?.terminated;
}

/** When the container began to run (again); undefined where it never did. A start that failed has the year 1970. */
export function startOf(pod: Pod, container: string): string | undefined {
  const { state, lastState } = statusOf(pod, container) ?? {};
  return [lastState?.terminated, state?.running, state?.terminated]
    .map((one) => one?.startedAt)
    .find((at) => at !== undefined && Date.parse(at) > 0);
}

/** Whether it ever ran. A kubelet that no longer finds a container that it evicted has forgotten when. */
export function wasStarted(pod: Pod, container: string): boolean {
  return isForgotten(pod, container) || startOf(pod, container) !== undefined;
}

const isForgotten = (pod: Pod, container: string) =>
  terminatedOf(pod, container)?.reason === "ContainerStatusUnknown";

/**
 * How often the pod's node started the container. A kubelet that no longer finds a container takes it for restarted, and
 * as a rule counts a restart that never was.
 */
export function startsOf(pod: Pod, container: string): number {
  const restarts = statusOf(pod, container)?.restartCount ?? 0;
  if (isForgotten(pod, container)) return Math.max(1, restarts);
  return wasStarted(pod, container) ? restarts + 1 : 0;
}

export const isTerminal = ({ status }: Pod) =>
  status?.phase === "Succeeded" || status?.phase === "Failed";

/** Its node does not answer: it was to be gone long ago and is not. */
export function isOverdue({ metadata }: Pod, nowMs: number): boolean {
  const due = Date.parse(metadata?.deletionTimestamp ?? "");
  return nowMs - due > OVERDUE_MS;
}

/** It runs or may come to run. */
export const isLive = (pod: Pod, nowMs: number) => !isTerminal(pod) && !isOverdue(pod, nowMs);

export const isPending = ({ status }: Pod) => (status?.phase ?? "Pending") === "Pending";

/** The latest pod of which this holds, by creation. */
export function latest(pods: readonly Pod[], holds: (pod: Pod) => boolean): Pod | undefined {
  return pods.filter(holds).sort((one, other) => createdAt(other).localeCompare(createdAt(one)))[0];
}

const createdAt = ({ metadata }: Pod) => metadata?.creationTimestamp ?? "";

/** When its kubelet last wrote its status, by the API server's clock, in milliseconds; undefined where nobody recorded it. */
export function lastStatusMs({ metadata }: Pod): number | undefined {
  const times = (metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource === "status")
    .map(({ time }) => Date.parse(time ?? ""))
    .filter((time) => Number.isFinite(time));
  return times.length > 0 ? Math.max(...times) : undefined;
}
