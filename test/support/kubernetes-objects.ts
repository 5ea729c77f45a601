import type { ApiEvent, Job, Pod } from "../../lib/backends/kubernetes/api/api-types.ts";
import type { JobView } from "../../lib/backends/kubernetes/judge/job-view.ts";
import { aJob } from "./kubernetes-runs.ts";

/** When everything in these tests began, by the API server's clock. */
export const CREATED = "2026-01-01T00:00:00Z";

/** So many seconds after that. */
export const at = (seconds: number) =>
  `${new Date(Date.parse(CREATED) + seconds * 1_000).toISOString().slice(0, 19)}Z`;

export const atMs = (seconds: number) => Date.parse(CREATED) + seconds * 1_000;

interface SeenJob {
  readonly fields?: Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
}

/** A Job as the cluster shows it: what we send, and what the cluster has written on it. */
export function aSeenJob({
  fields,
  metadata,
  annotations,
  labels,
  spec,
  status,
}: SeenJob = {}): Job {
  const job = aJob(fields) as unknown as Job;
  return {
    ...job,
    metadata: {
      ...job.metadata,
      uid: "job-uid",
      resourceVersion: "7",
      creationTimestamp: CREATED,
      ...metadata,
      labels: { ...job.metadata?.labels, ...labels },
      annotations: { ...job.metadata?.annotations, ...annotations },
    },
    spec: { ...job.spec, ...spec },
    status: { ...status },
  } as Job;
}

export function condition(type: string, reason = "", message = "", seconds = 20) {
  return { type, status: "True", reason, message, lastTransitionTime: at(seconds) };
}

interface SeenPod {
  readonly name?: string;
  readonly createdAt?: string;
  readonly phase?: string;
  readonly metadata?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
  /** The state of the main container. */
  readonly state?: Record<string, unknown>;
  readonly lastState?: Record<string, unknown>;
  readonly restartCount?: number;
  /** Further container statuses. */
  readonly beside?: readonly Record<string, unknown>[];
}

export function aSeenPod(pod: SeenPod = {}): Pod {
  const { name = "pod-1", createdAt = CREATED, phase = "Pending", state, beside = [] } = pod;
  const { lastState = {}, restartCount = 0 } = pod;
  const main = { name: "prefect-job", state, lastState, restartCount };
  return {
    metadata: {
      name,
      uid: `uid-of-${name}`,
      namespace: "default",
      creationTimestamp: createdAt,
      ownerReferences: [{ uid: "job-uid" }],
      managedFields: [{ subresource: "status", time: at(10) }],
      ...pod.metadata,
    },
    spec: { containers: [], nodeName: "node-1" },
    status: {
      phase,
      ...(state ? { containerStatuses: [...beside, main] } : {}),
      ...pod.status,
    },
  } as unknown as Pod;
}

export const running = (seconds = 2) => ({ running: { startedAt: at(seconds) } });

export const exited = (exitCode: number, more: Record<string, unknown> = {}) => ({
  terminated: { exitCode, startedAt: at(2), finishedAt: at(9), reason: "Error", ...more },
});

export const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } });

export function aFailedPod(
  exitCode: number,
  more: SeenPod & { how?: Record<string, unknown> } = {},
) {
  return aSeenPod({ phase: "Failed", state: exited(exitCode, more.how), ...more });
}

export const anEvent = (reason: string, message: string, seconds = 5): ApiEvent =>
  ({ reason, message, lastTimestamp: at(seconds), metadata: {}, involvedObject: {} }) as ApiEvent;

export function aView(view: Partial<JobView> = {}): JobView {
  return { job: aSeenJob(), pods: [], events: [], nowMs: atMs(30), target: "prod", ...view };
}
