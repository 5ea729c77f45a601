import type { V1Job, V1JobSpec, V1ObjectMeta } from "@kubernetes/client-node";
import type { KubernetesJobSpec } from "../../../runs/infrastructure.ts";
import type { Run } from "../../../runs/run.ts";
import { ANNOTATIONS, FINALIZER, MARKER_VERSION, OPEN_LABEL, RUN_LABEL } from "../markers.ts";
import { failurePolicy } from "./failure-policy.ts";

/**
 * A checked manifest with everything on it that our promises rest on.
 *
 * @param warnings what the run's sender is to be told
 */
export function stamp(
  job: V1Job & { spec: V1JobSpec },
  run: Run<KubernetesJobSpec>,
  warnings: readonly string[],
): V1Job {
  const { ttlSecondsAfterFinished: ttl, ...spec } = withLimits(job.spec, run.spec);
  const labels = { [RUN_LABEL]: run.key.hash, [OPEN_LABEL]: "true" };
  const { template } = spec;
  return {
    ...job,
    metadata: {
      ...withLabels(job.metadata, labels),
      annotations: {
        ...job.metadata?.annotations,
        ...annotationsOf(run, ttl),
        ...(warnings.length === 0 ? {} : { [ANNOTATIONS.warnings]: JSON.stringify(warnings) }),
      },
      finalizers: [FINALIZER],
    },
    spec: { ...spec, template: { ...template, metadata: withLabels(template.metadata, labels) } },
  };
}

function withLabels(
  metadata: V1ObjectMeta | null | undefined,
  labels: Record<string, string>,
): V1ObjectMeta {
  return { ...metadata, labels: { ...metadata?.labels, ...labels } };
}

/** The cluster's own default of six retries would run a failing command seven times. */
function withLimits(spec: V1JobSpec, run: KubernetesJobSpec): V1JobSpec {
  const backoffLimit = spec.backoffLimit ?? (spec.backoffLimitPerIndex == null ? 0 : undefined);
  const limited = withDeadline(
    { ...spec, ...(backoffLimit === undefined ? {} : { backoffLimit }) },
    run,
  );
  const podFailurePolicy = failurePolicy(limited);
  return podFailurePolicy ? { ...limited, podFailurePolicy } : limited;
}

/** Beyond a pod's own deadline its Job waits so long for the pod to begin and to end, in seconds; then its node is lost. */
const RESERVE_SECONDS = 600;

/**
 * Of a single pod the pod itself has the deadline: its node ends it, counting from its start, and it stays, so that its
 * output can be read. A Job ends all its pods at its own deadline and removes them; that one is left for a node that fails.
 */
function withDeadline(
  spec: V1JobSpec,
  { timeout_seconds: timeout, pod_watch_timeout_seconds: start }: KubernetesJobSpec,
): V1JobSpec {
  const { template } = spec;
  const pod = template.spec;
  if (timeout === undefined || !pod) return spec;
  const hasOnePod =
    spec.parallelism === 1 &&
    spec.completions === 1 &&
    spec.backoffLimit === 0 &&
    pod.restartPolicy === "Never";
  if (!hasOnePod)
    return { ...spec, activeDeadlineSeconds: least(spec.activeDeadlineSeconds, timeout) };
  const activeDeadlineSeconds = least(pod.activeDeadlineSeconds, timeout);
  return {
    ...spec,
    activeDeadlineSeconds: least(spec.activeDeadlineSeconds, timeout + start + RESERVE_SECONDS),
    template: { ...template, spec: { ...pod, activeDeadlineSeconds } },
  };
}

const least = (one: number | null | undefined, other: number) => Math.min(one ?? other, other);

function annotationsOf(
  { key, digest, spec }: Run<KubernetesJobSpec>,
  ttlSeconds: number | null | undefined,
): Record<string, string> {
  return {
    [ANNOTATIONS.id]: key.id,
    [ANNOTATIONS.digest]: digest,
    [ANNOTATIONS.version]: MARKER_VERSION,
    ...(key.name === undefined ? {} : { [ANNOTATIONS.name]: key.name }),
    ...(ttlSeconds == null ? {} : { [ANNOTATIONS.ttlSeconds]: String(ttlSeconds) }),
    [ANNOTATIONS.streamOutput]: String(spec.stream_output),
    [ANNOTATIONS.jobWatchTimeoutSeconds]: String(spec.job_watch_timeout_seconds),
    [ANNOTATIONS.podWatchTimeoutSeconds]: String(spec.pod_watch_timeout_seconds),
  };
}
