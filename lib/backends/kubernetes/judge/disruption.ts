import { type Cause, type CauseCode, causeOf } from "../../../runs/cause.ts";
import type { ApiEvent, Pod } from "../api/api-types.ts";
import { newest } from "./waiting-cause.ts";

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
const DISRUPTIONS: Readonly<Record<string, CauseCode>> = {
  PreemptionByScheduler: "Preempted",
  DeletionByTaintManager: "NodeLost",
  EvictionByEvictionAPI: "Evicted",
  DeletionByPodGC: "NodeLost",
  TerminationByKubelet: "Evicted",
};

/**
 * The kubelet's words for a pod that used more than it may itself. Such an eviction has no condition, whereas one for the
 * node's sake has (before 1.26 neither had).
 */
const OWN_STORAGE = /exceeds the (?:total )?limit|exceeded its local ephemeral storage limit/;

/** What `status.reason` of a failed pod says: written by the kubelet and the node controllers. */
const POD_REASONS: Readonly<Record<string, CauseCode>> = {
  Evicted: "Evicted",
  Preempting: "Preempted",
  NodeLost: "NodeLost",
  NodeShutdown: "NodeLost",
  Shutdown: "NodeLost",
  Terminated: "NodeLost",
  NodeAffinity: "Unschedulable",
  UnexpectedAdmissionError: "Unschedulable",
  DeadlineExceeded: "DeadlineExceeded",
};

const EVENTS: Readonly<Record<string, CauseCode>> = {
  Preempted: "Preempted",
  TaintManagerEviction: "NodeLost",
  NodeNotReady: "NodeLost",
  Evicted: "Evicted",
};

/** What happened to a pod that was not its command's doing; undefined where nothing did. */
export function disruptionOf(pod: Pod): Cause | undefined {
  const condition = pod.status?.conditions?.find(
    ({ type, status }) => type === "DisruptionTarget" && status === "True",
  );
  if (condition)
    return causeOf(codeFor(condition.reason, DISRUPTIONS) ?? "Evicted", wordsOf(condition));
  const { reason = "", message } = pod.status ?? {};
  const storage = reason === "Evicted" ? causeOfStorage(message) : undefined;
  if (storage) return storage;
  const code =
    codeFor(reason, POD_REASONS) ?? (/^OutOf/.test(reason) ? "Unschedulable" : undefined);
  if (reason === code && message) return causeOf(code, message);
  return code && causeOf(code, wordsOf({ reason, message }));
}

const causeOfStorage = (message = "") =>
  OWN_STORAGE.test(message) ? causeOf("StorageExceeded", message.trim()) : undefined;

/** The same from the events of a pod that is gone: the Job's condition says only that it was killed. */
export function storageFromEvents(events: readonly ApiEvent[]): Cause | undefined {
  return causeOfStorage(newest(events, ({ reason }) => reason === "Evicted")?.message);
}

/** The same from the events of a pod that is gone: the Job's condition says only that it was disrupted. */
export function disruptionFromEvents(events: readonly ApiEvent[], message: string): Cause {
  const event = newest(events, ({ reason = "" }) => Object.hasOwn(EVENTS, reason));
  const code = (event && EVENTS[event.reason ?? ""]) ?? "Evicted";
  return causeOf(code, event ? `${event.reason}: ${event.message ?? ""}` : message);
}

/** What is written there is anybody's text, and every object has a `constructor`. */
const codeFor = (reason = "", codes: Readonly<Record<string, CauseCode>>) =>
  Object.hasOwn(codes, reason) ? codes[reason] : undefined;

const wordsOf = ({
  reason,
  message,
}: {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}) => [reason, message].filter(Boolean).join(": ");
