import type { V1JobSpec, V1PodFailurePolicy } from "@kubernetes/client-node";
import { mainContainer } from "../main-container.ts";

/**
 * A policy that makes the Job's own condition say why its pod failed: a copy that outlives the pod. It changes nothing
 * else, as long as the first failed pod fails the Job anyway: undefined where that is not so, or where the request has
 * said itself how failures and replacements are to be treated.
 *
 * A disruption comes first: the exit code of a container that was killed with its node is no exit code of the command.
 */
export function failurePolicy(spec: V1JobSpec): V1PodFailurePolicy | undefined {
  const container = mainContainer(spec.template.spec?.containers ?? []);
  const isFirstFailureFinal =
    spec.template.spec?.restartPolicy === "Never" &&
    spec.backoffLimit === 0 &&
    spec.backoffLimitPerIndex == null;
  const isReplacementFree =
    spec.podReplacementPolicy == null || spec.podReplacementPolicy === "Failed";
  if (spec.podFailurePolicy != null || !isFirstFailureFinal || !isReplacementFree || !container)
    return undefined;
  return {
    rules: [
      { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      {
        action: "FailJob",
        onExitCodes: { containerName: container.name, operator: "NotIn", values: [0] },
      },
    ],
  };
}
