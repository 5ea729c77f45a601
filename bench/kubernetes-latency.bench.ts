import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { watchJobs } from "../lib/backends/kubernetes/api/watch.ts";
import { submitBatch } from "../lib/usecases/submit-batch.ts";
import { sweep } from "../lib/usecases/sweep.ts";
import { type Admin, connectAdmin } from "../test/integration/kubernetes/support/admin.ts";
import { IMAGE } from "../test/integration/kubernetes/support/kubernetes-subject.ts";
import { createNamespace, until } from "../test/integration/kubernetes/support/namespace.ts";
import { defineBench, type Row } from "./support/define-bench.ts";
import {
  createKubernetesStage,
  eventOf,
  type KubernetesStage,
} from "./support/kubernetes-stage.ts";
import { inPool } from "./support/pool.ts";
import { quantile } from "./support/statistics.ts";

const RUNS = 60;
const AT_ONCE = 4;

export const bench = defineBench({
  name: "kubernetes-latency",
  title: "Kubernetes: from the end of a container to its result",
  method: [
    "Real pods on the cluster of KUBECONFIG, four at a time, under one watcher that follows. The last thing each container",
    "does is to call the bench, which takes that for its end. The baseline is a bare watch of the same Jobs: the moment it",
    "shows a Job as complete is the earliest at which anybody can know. The job controller itself gathers the news of pods",
    "for one second before it looks at a Job.",
  ].join("\n"),
  async measure() {
    using admin = await connectAdmin();
    await using place = await createNamespace(admin);
    await using stage = createKubernetesStage(admin.kubeconfig, place.name);
    const lags = await watchRuns(admin, place.name, stage);
    const baseline = "bare watch";
    return [0.5, 0.99].flatMap((share): Row[] => {
      const of = {
        figure: `From the end of the container, p${share * 100}`,
        unit: "ms",
      };
      return [
        { ...of, label: baseline, value: quantile(lags.bare, share) },
        { ...of, label: "slipway, result published", value: quantile(lags.own, share), baseline },
      ];
    });
  },
});

async function watchRuns(admin: Admin, namespace: string, stage: KubernetesStage) {
  const ends = new Map<string, number>();
  const bare = new Map<string, number>();
  const own = new Map<string, number>();
  await using server = await listen((id) => ends.set(id, performance.now()));
  const done = new AbortController();
  const watching = watchBare(admin, namespace, bare, done.signal);
  const limit = AbortSignal.timeout(600_000);
  const sweeping = sweep(noting(stage, own), { signal: limit, follow: done.signal });
  const ids = Array.from({ length: RUNS }, (_, index) => `latency-${index}`);
  await inPool(ids, AT_ONCE, async (id) => {
    const event = eventOf([JSON.stringify(requestOf(namespace, id, server.port))]);
    await submitBatch(stage.deps, event, { getRemainingTimeInMillis: () => 60_000 });
    await until(`${id} is published`, async () => own.has(id) && bare.has(id), 120_000);
  });
  done.abort();
  await Promise.all([sweeping, watching]);
  const lagsOf = (seen: Map<string, number>) =>
    ids.map((id) => (seen.get(id) ?? Number.NaN) - (ends.get(id) ?? Number.NaN));
  return { bare: lagsOf(bare), own: lagsOf(own) };
}

/** The last line of its command is the end of a container, as far as can be told from outside. */
const requestOf = (namespace: string, id: string, port: number) => ({
  id,
  infrastructure: {
    type: "kubernetes-job",
    image: IMAGE,
    namespace,
    command: ["/bin/sh", "-c", `exec wget -q -O /dev/null http://$HOST_IP:${port}/$SLIPWAY_RUN_ID`],
    customizations: [
      {
        op: "add",
        path: "/spec/template/spec/containers/0/env/-",
        value: { name: "HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
      },
    ],
  },
});

async function listen(onEnd: (id: string) => void) {
  const server = createServer(({ url = "" }, response) => {
    onEnd(url.slice(1));
    response.end();
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function noting({ deps }: KubernetesStage, own: Map<string, number>): KubernetesStage["deps"] {
  return {
    ...deps,
    results: {
      async publish(results, signal) {
        for (const { subject } of results) own.set(subject, performance.now());
        return deps.results.publish(results, signal);
      },
    },
  };
}

async function watchBare(
  admin: Admin,
  namespace: string,
  seen: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  try {
    for await (const { object: job } of watchJobs(
      admin.client,
      path,
      "slipway.dev/run",
      "0",
      signal,
    )) {
      const isComplete = job?.status?.conditions?.some(({ type }) => type === "Complete");
      const id = job?.metadata?.annotations?.["slipway.dev/id"] ?? "";
      if (isComplete && !seen.has(id)) seen.set(id, performance.now());
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
