import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { disruptionOf } from "./disruption.ts";
import { causeOfExit, isKillCode } from "./exit-cause.ts";
import { statusesOf, type Terminated, terminatedOf } from "./pod-facts.ts";

/** How a pod that failed did so. */
export interface PodEnd {
  readonly statusCode: number;
  readonly cause: Cause;
}

/** What the runtime says where a container could not even be started. */
const START_FAILURES = new Set(["StartError", "ContainerCannotRun", "RunContainerError"]);

/** What it says where whoever asked for the start went away meanwhile: a kubelet that was killed, say. */
const START_BROKEN_OFF = /\bcontext (?:canceled|deadline exceeded)\b/;

/** Why a failed pod failed, judged from its main container, then from what else may have failed it. */
export function endOfFailedPod(pod: Pod, main: string): PodEnd {
  const terminated = terminatedOf(pod, main);
  const statusCode = terminated?.exitCode ?? -1;
  const disruption = disruptionOf(pod);
  if (disruption) return { statusCode, cause: disruption };
  if (terminated && statusCode !== 0) return { statusCode, cause: ofMain(pod, main, terminated) };
  const other = failedOther(pod, main);
  if (other) return { statusCode: other.code, cause: causeOfExit(other.name, other.code) };
  return { statusCode, cause: causeOf("DidNotComplete", podWords(pod)) };
}

function ofMain(pod: Pod, main: string, { reason, message, exitCode, signal }: Terminated): Cause {
  if (reason === "OOMKilled")
    return causeOf("OOMKilled", `the container ${main} was killed: it ran out of memory`);
  if (START_FAILURES.has(reason ?? "")) {
    const code = START_BROKEN_OFF.test(message ?? "") ? "NodeLost" : "ConfigError";
    return causeOf(code, `the container ${main} could not be started: ${message ?? reason}`);
  }
  if (pod.metadata?.deletionTimestamp && isKillCode(exitCode))
    return causeOf("Removed", "its pod was deleted while it ran");
  return causeOfExit(main, exitCode, signal);
}

/** An init container or a sidecar of the request that failed while the main one did not. */
function failedOther(pod: Pod, main: string): { name: string; code: number } | undefined {
  for (const { name, state } of statusesOf(pod)) {
    const code = state?.terminated?.exitCode ?? 0;
    if (name !== main && code !== 0) return { name, code };
  }
  return undefined;
}

const podWords = ({ status }: Pod) =>
  [status?.reason, status?.message].filter(Boolean).join(": ") ||
  "its pod failed and says nothing more";
