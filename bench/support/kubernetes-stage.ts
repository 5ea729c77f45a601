import type { SQSEvent } from "aws-lambda";
import type { Backend } from "../../lib/backends/backend.ts";
import { createKubernetesBackend } from "../../lib/backends/kubernetes/backend.ts";
import { createBackendRegistry } from "../../lib/backends/registry.ts";
import type { Result } from "../../lib/runs/result.ts";
import type { Dependencies } from "../../lib/usecases/dependencies.ts";
import {
  dependencies,
  TARGET,
} from "../../test/integration/kubernetes/support/kubernetes-subject.ts";

export interface KubernetesStage extends AsyncDisposable {
  readonly deps: Dependencies;
  readonly published: Result[];
  /** How many runs have been settled. */
  settled(): number;
}

/** The use cases over a cluster, with queues that take everything at once: what is measured is Slipway and the cluster. */
export function createKubernetesStage(kubeconfig: string, namespace: string): KubernetesStage {
  const published: Result[] = [];
  let settled = 0;
  const { config, ...rest } = dependencies(kubeconfig, [namespace]);
  const load = async (): Promise<Backend> => {
    const backend = createKubernetesBackend({ config, ...rest });
    const settle: Backend["settle"] = async (run, signal) => {
      await backend.settle(run, signal);
      settled++;
    };
    return { ...backend, settle } as Backend;
  };
  const backends = createBackendRegistry({
    "kubernetes-job": load,
    "docker-container": load,
    process: load,
  });
  const ignore = () => undefined;
  return {
    published,
    settled: () => settled,
    deps: {
      config,
      backends,
      targets: [TARGET],
      results: {
        async publish(results) {
          published.push(...results);
          return results.map(() => undefined);
        },
      },
      requests: { delay: async () => undefined, nowMs: async () => Date.now() },
      deadLetters: undefined,
      maxReceiveCount: 5,
      baseEnvironment: {},
      log: { debug: ignore, info: ignore, warn: console.error, error: console.error },
      metrics: { count: ignore, milliseconds: ignore },
    },
    [Symbol.asyncDispose]: () => backends.close(),
  };
}

/** What the event source gives the handler. */
export function eventOf(bodies: readonly string[]): SQSEvent {
  const now = String(Date.now());
  return {
    Records: bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: `receipt-${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: now,
        SentTimestamp: now,
        SenderId: "bench",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:requests",
      awsRegion: "eu-west-1",
    })),
  };
}
