import type { Pod } from "../../../lib/backends/kubernetes/api/api-types.ts";

/** What a node knows of the process that it runs for a pod. */
export interface Trace {
  readonly startedAt: string;
  end?: { readonly exitCode: number; readonly finishedAt: string };
}

/** A pod's status as a kubelet would write it, for a pod of one container that is never restarted. */
export function podStatus(pod: Pod, { startedAt, end }: Trace) {
  const [container] = pod.spec?.containers ?? [];
  const phase = end ? (end.exitCode === 0 ? "Succeeded" : "Failed") : "Running";
  const reason = phase === "Succeeded" ? "Completed" : "Error";
  const state = end
    ? { terminated: { ...end, startedAt, reason, containerID: `soak://${pod.metadata?.uid}` } }
    : { running: { startedAt } };
  const isReady = end === undefined;
  const named = { name: container?.name, image: container?.image, imageID: "soak" };
  return {
    phase,
    startTime: startedAt,
    conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
    containerStatuses: [{ ...named, ready: isReady, started: isReady, restartCount: 0, state }],
  };
}
