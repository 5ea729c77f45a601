import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { causeOfContainer, failedContainer, ownEndOf } from "./container-end.ts";
import { disruptionOf } from "./disruption.ts";

/** How a pod that failed did so. */
export interface PodEnd {
  readonly statusCode: number;
  readonly cause: Cause;
}

/** Why a failed pod failed, judged from what was done to it, then from its main container, then from what else may have failed it. */
export function endOfFailedPod(pod: Pod, main: string): PodEnd {
  const disruption = disruptionOf(pod);
  if (disruption) return { statusCode: ownEndOf(pod, main)?.exitCode ?? -1, cause: disruption };
  const failed = failedContainer(pod, main);
  if (failed)
    return {
      statusCode: failed.terminated.exitCode,
      cause: causeOfContainer(pod, main, failed),
    };
  return {
    statusCode: ownEndOf(pod, main)?.exitCode ?? -1,
    cause: causeOf("DidNotComplete", podWords(pod)),
  };
}

const podWords = ({ status }: Pod) =>
  [status?.reason, status?.message].filter(Boolean).join(": ") ||
  "its pod failed and says nothing more";
