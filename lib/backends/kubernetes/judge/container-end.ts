import { type Cause, causeOf } from "../../../runs/cause.ts";
import type { Pod } from "../api/api-types.ts";
import { causeOfExit, isKillCode } from "./exit-cause.ts";
import { isSidecar, statusesOf, statusOf, type Terminated } from "./pod-facts.ts";

/** A container of a pod, and how it ended. */
export interface ContainerEnd {
  /** As messages call it: `the init container prepare`. */
  readonly title: string;
  readonly container: string;
  readonly terminated: Terminated;
}

/** What the runtime says where a container could not even be started. */
const START_FAILURES = new Set(["StartError", "ContainerCannotRun", "RunContainerError"]);

/** What it says where whoever asked for the start went away meanwhile: a kubelet that was killed, say. */
const START_BROKEN_OFF = /\bcontext (?:canceled|deadline exceeded)\b/;

/** The container that failed a pod: the main one, else an init container, one beside it, and last of all a sidecar. */
export function failedContainer(pod: Pod, main: string): ContainerEnd | undefined {
  const ends = statusesOf(pod).flatMap(({ name }) => failureOf(pod, name, main) ?? []);
  const rank = ({ container }: ContainerEnd) =>
    container === main ? 0 : isSidecar(pod, container) ? 2 : 1;
  return ends.toSorted((one, other) => rank(one) - rank(other))[0];
}

function failureOf(pod: Pod, container: string, main: string): ContainerEnd | undefined {
  const terminated = ownEndOf(pod, container);
  if (!terminated || terminated.exitCode === 0) return undefined;
  return { title: titleOf(pod, container, main), container, terminated };
}

/** How a container last ended; the instance that was killed with its pod counts only where there was none before. */
export function ownEndOf(pod: Pod, container: string): Terminated | undefined {
  const { state, lastState } = statusOf(pod, container) ?? {};
  const [last, before] = [state?.terminated, lastState?.terminated];
  if (!last || !before) return last ?? before;
  return pod.metadata?.deletionTimestamp !== undefined && isByDeletion(pod, last) ? before : last;
}

/** Whether a container of a pod that is being deleted ended for that reason. */
export function isByDeletion(
  { metadata }: Pod,
  { exitCode, finishedAt }: Pick<Terminated, "exitCode" | "finishedAt">,
): boolean {
  if (exitCode === 0 || isKillCode(exitCode)) return true;
  const graceMs = (metadata?.deletionGracePeriodSeconds ?? 0) * 1_000;
  return Date.parse(finishedAt ?? "") > Date.parse(metadata?.deletionTimestamp ?? "") - graceMs;
}

export function titleOf(pod: Pod, container: string, main: string): string {
  if (container === main) return `the container ${container}`;
  if (isSidecar(pod, container)) return `the sidecar ${container}`;
  const isInit = pod.status?.initContainerStatuses?.some(({ name }) => name === container);
  return `the ${isInit ? "init " : ""}container ${container}`;
}

/** Why it ended, in its own words where it left some. */
export function causeOfContainer(
  pod: Pod,
  main: string,
  { title, container, terminated }: ContainerEnd,
): Cause {
  const { reason, message, exitCode, signal } = terminated;
  if (reason === "OOMKilled")
    return causeOf("OOMKilled", `${title} was killed: it ran out of memory`);
  if (START_FAILURES.has(reason ?? "")) {
    const code = START_BROKEN_OFF.test(message ?? "") ? "NodeLost" : "ConfigError";
    return causeOf(code, `${title} could not be started: ${message ?? reason}`);
  }
  if (container === main && pod.metadata?.deletionTimestamp && isKillCode(exitCode))
    return causeOf("Removed", "its pod was deleted while it ran");
  const cause = causeOfExit(title, exitCode, signal);
  // Those of the main container stand at the end of the output as a rule.
  const words = container === main ? undefined : message?.trim();
  return words ? { ...cause, message: `${cause.message}: ${words}` } : cause;
}
