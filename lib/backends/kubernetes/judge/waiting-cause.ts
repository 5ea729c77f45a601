import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { ApiEvent, Pod } from "../api/api-types.ts";
import { causeOfPull, explainsPull } from "./image-cause.ts";
import { isSidecar, statusesOf } from "./pod-facts.ts";

/** What the kubelet calls the state of a container that does not start, and what that is to us. */
const REASONS: Readonly<Record<string, (message: string) => Cause>> = {
  ErrImagePull: causeOfPull,
  ImagePullBackOff: causeOfPull,
  RegistryUnavailable: causeOfPull,
  ErrImageNeverPull: (message) => causeOf("ImageNotFound", message),
  ImageInspectError: (message) => causeOf("ImageNotFound", message),
  SignatureValidationFailed: (message) => causeOf("ImageInvalid", message),
  InvalidImageName: (message) => causeOf("ImageInvalid", message),
  CreateContainerConfigError: (message) => causeOf("ConfigError", message),
  CreateContainerError: (message) => causeOf("ConfigError", message),
  RunContainerError: (message) => causeOf("ConfigError", message),
};

/** What the events of a pod that is stuck before its containers say. */
const POD_EVENTS: Readonly<Record<string, (message: string) => Cause>> = {
  FailedMount: (message) => causeOf("ConfigError", message),
  FailedAttachVolume: (message) => causeOf("NeverStarted", message),
  FailedCreatePodSandBox: (message) => causeOf("NeverStarted", message),
  FailedScheduling: (message) => causeOf("Unschedulable", message),
};

/** Why a pod stays Pending; undefined where it does not say. */
export function causeOfPendingPod(pod: Pod, events: readonly ApiEvent[] = []): Cause | undefined {
  return (
    waitingContainer(pod, events) ??
    unschedulable(pod) ??
    fromEvents(pod, events) ??
    silentNode(pod)
  );
}

/** What it waits for, in a few words: an init container, or the state of its first container that waits. */
export function waitingReason(pod: Pod): string | undefined {
  const before = pod.status?.initContainerStatuses?.find(({ name, state, started }) =>
    isSidecar(pod, name) ? state?.running && !started : state?.running,
  )?.name;
  if (before !== undefined)
    return isSidecar(pod, before)
      ? `its sidecar ${before} has not passed its startup probe`
      : `its init container ${before} still runs`;
  const { reason, message } = waitingStates(pod)[0] ?? {};
  if (reason) return message ? `${reason}: ${message}` : reason;
  const scheduled = conditionOf(pod, "PodScheduled");
  return scheduled?.status === "False" ? `${scheduled.reason}: ${scheduled.message}` : undefined;
}

function waitingContainer(pod: Pod, events: readonly ApiEvent[]): Cause | undefined {
  for (const { reason = "", message = "" } of waitingStates(pod)) {
    const known = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
    if (!known) continue;
    const isPull = known === causeOfPull && !explainsPull(message);
    const words = (isPull ? pullFailure(events) : undefined) ?? message;
    return known(words ? `${reason}: ${words}` : reason);
  }
  return undefined;
}

const waitingStates = (pod: Pod) =>
  statusesOf(pod).flatMap(({ state }) => (state?.waiting?.reason ? [state.waiting] : []));

/** Before 1.32 a container in back-off had forgotten why; its events remember. */
const pullFailure = (events: readonly ApiEvent[]) =>
  newest(events, ({ reason, message = "" }) => reason === "Failed" && explainsPull(message))
    ?.message;

function unschedulable(pod: Pod): Cause | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  return causeOf("Unschedulable", scheduled.message ?? scheduled.reason ?? "no node takes it");
}

/** A node that was given a pod and has told nothing of it may have started it all the same. */
function silentNode(pod: Pod): Cause | undefined {
  const { spec } = pod;
  if (spec?.nodeName === undefined || statusesOf(pod).length > 0) return undefined;
  return causeOf("NodeLost", `the node ${spec.nodeName} does not say whether it started the pod`);
}

function fromEvents(pod: Pod, events: readonly ApiEvent[]): Cause | undefined {
  if (hasBegun(pod)) return undefined; // what kept its containers back is over: a volume that took two tries, say
  const { spec } = pod;
  const isPast = (reason: string) => reason === "FailedScheduling" && spec?.nodeName !== undefined;
  const event = newest(
    events,
    ({ reason = "" }) => Object.hasOwn(POD_EVENTS, reason) && !isPast(reason),
  );
  return event && POD_EVENTS[event.reason ?? ""]?.(`${event.reason}: ${event.message ?? ""}`);
}

/** Whether one of its containers, an init container say, runs or has run. */
const hasBegun = (pod: Pod) =>
  statusesOf(pod).some(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  );

export function newest(
  events: readonly ApiEvent[],
  holds: (event: ApiEvent) => boolean,
): ApiEvent | undefined {
  return events
    .filter(holds)
    .sort((one, other) => happenedAt(other).localeCompare(happenedAt(one)))[0];
}

const happenedAt = ({ eventTime, lastTimestamp, metadata }: ApiEvent) =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";

const conditionOf = ({ status }: Pod, type: string) =>
  status?.conditions?.find((one) => one.type === type);
