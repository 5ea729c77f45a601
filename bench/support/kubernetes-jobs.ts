import { buildJob } from "../../lib/backends/kubernetes/manifest/build-job.ts";
import type { KubernetesJobSpec } from "../../lib/runs/infrastructure.ts";
import { type RunRequest, toRequest } from "../../lib/runs/request.ts";
import { type Run, runOf } from "../../lib/runs/run.ts";
import { TARGET } from "../../test/integration/kubernetes/support/kubernetes-subject.ts";

const WEEK = 604_800;

/** A message's body as senders write it. Without a node nothing starts, and nothing is to be given up for that. */
export function requestOf(namespace: string, id: string): string {
  return JSON.stringify({
    id,
    infrastructure: {
      type: "kubernetes-job",
      image: "registry.example/etl:1.4",
      namespace,
      command: ["python", "-m", "prefect.engine"],
      env: { PREFECT_API_URL: "http://api.example:4200/api", STAGE: "bench" },
      labels: { team: "data" },
      pod_watch_timeout_seconds: WEEK,
    },
  });
}

/** What Slipway makes of it, as JSON. */
export function manifestOf(namespace: string, id: string, spec: object = {}): string {
  const request = toRequest(JSON.parse(requestOf(namespace, id))) as RunRequest;
  const job = buildJob(runOf(request, { target: TARGET }) as Run<KubernetesJobSpec>);
  return JSON.stringify({ ...job, spec: { ...job.spec, ...spec } });
}

/** What the job controller writes on a Job whose pod has succeeded. */
export function finish(): [body: string, contentType: string] {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const condition = { status: "True", lastProbeTime: now, lastTransitionTime: now };
  const status = {
    startTime: now,
    completionTime: now,
    succeeded: 1,
    conditions: [
      { type: "SuccessCriteriaMet", ...condition },
      { type: "Complete", ...condition },
    ],
  };
  return [JSON.stringify({ status }), "application/merge-patch+json"];
}

export function settlePatch(): [body: string, contentType: string] {
  const metadata = { labels: { "slipway.dev/open": null }, finalizers: null };
  const spec = { ttlSecondsAfterFinished: WEEK };
  return [JSON.stringify({ metadata, spec }), "application/merge-patch+json"];
}
