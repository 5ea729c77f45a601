import type { Pod } from "../api/api-types.ts";
import { INDEX } from "../judge/failed-pod.ts";

/** The conditions that judging reads. */
const CONDITIONS = new Set(["DisruptionTarget", "PodScheduled"]);

/** A pod without what judging does not read: a few hundred bytes of several thousand, for there can be ten thousand of them. */
export function trimPod({ metadata, spec, status }: Pod): Pod {
  const { name, uid, namespace, labels, creationTimestamp, deletionTimestamp } = metadata ?? {};
  const index = metadata?.annotations?.[INDEX];
  const sidecars = spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === "Always");
  const conditions = status?.conditions?.filter(({ type }) => CONDITIONS.has(type));
  const trimmed = {
    metadata: {
      name,
      uid,
      namespace,
      labels,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds: metadata?.deletionGracePeriodSeconds,
      ...(index === undefined ? {} : { annotations: { [INDEX]: index } }),
      ownerReferences: metadata?.ownerReferences,
      managedFields: metadata?.managedFields
        ?.filter(({ subresource }) => subresource === "status")
        .map(({ time }) => ({ subresource: "status", time })),
    },
    spec: {
      containers: [],
      nodeName: spec?.nodeName,
      ...(sidecars?.length ? { initContainers: sidecars.map(nameOnly) } : {}),
    },
    status: {
      phase: status?.phase,
      reason: status?.reason,
      message: status?.message,
      conditions,
      initContainerStatuses: status?.initContainerStatuses,
      containerStatuses: status?.containerStatuses,
    },
  };
  return trimmed as Pod; // what was absent is undefined now, which reads the same
}

const nameOnly = ({ name }: { readonly name: string }) => ({ name, restartPolicy: "Always" });
