import { baseEnvironment } from "./environment.ts";
import type { InfrastructureType, Spec } from "./infrastructure.ts";
import { hashRunId } from "./names.ts";
import type { RunRequest } from "./request.ts";

/** One place where runs of one type go: a cluster, a Docker host, this machine. */
export interface Target {
  readonly type: InfrastructureType;
  /** Its name in the configuration, or the name under which it was found: `default`, `local`. */
  readonly name: string;
}

/** Everything a run's name on its engine is made of. The same key always gives the same name. */
export interface RunKey {
  readonly id: string;
  /** `hashRunId(id)` */
  readonly hash: string;
  readonly target: Target;
  /** Display name as sent; undefined where none was. */
  readonly name: string | undefined;
  /** Kubernetes only; undefined elsewhere. */
  readonly namespace: string | undefined;
}

/** One request on its way to an engine. */
export interface Run<S extends Spec = Spec> {
  readonly key: RunKey;
  readonly spec: S;
  readonly digest: string;
  readonly baseEnvironment: Readonly<Record<string, string>>;
  /** 1 on the first receipt of its message; undefined where no queue was involved. */
  readonly receiveCount: number | undefined;
  /** W3C trace context of the message, passed on to the run's environment as `TRACEPARENT`. */
  readonly traceparent: string | undefined;
}

export function runKeyOf(id: string, spec: Spec, target: Target): RunKey {
  const namespace = spec.type === "kubernetes-job" ? spec.namespace : undefined;
  return { id, hash: hashRunId(id), target, name: spec.name, namespace };
}

interface Surroundings {
  readonly target: Target;
  readonly baseEnvironment?: Readonly<Record<string, string>>;
  readonly receiveCount?: number | undefined;
  readonly traceparent?: string | undefined;
}

export function runOf(request: Omit<RunRequest, "action">, surroundings: Surroundings): Run {
  return {
    key: runKeyOf(request.id, request.spec, surroundings.target),
    spec: request.spec,
    digest: request.digest,
    baseEnvironment: surroundings.baseEnvironment ?? baseEnvironment({}),
    receiveCount: surroundings.receiveCount,
    traceparent: surroundings.traceparent,
  };
}
