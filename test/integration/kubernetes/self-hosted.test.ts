import type { SQSClient } from "@aws-sdk/client-sqs";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedQueue, startEmbeddedQueue } from "../../../lib/local/embedded-queue.ts";
import { receiveResults } from "../../../lib/local/results.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { anId } from "../../support/builders.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { createSdkClient } from "../../support/sdk-client.ts";
import { collectionOf, type Deployed, deployed } from "./support/deployed.ts";
import { describeOnOwnCluster } from "./support/describe-on-own-cluster.ts";
import { IMAGE } from "./support/kubernetes-subject.ts";
import { withSelfHostedImage } from "./support/self-hosted-image.ts";

const PATIENCE_MS = 120_000;

/** What the Dockerfile says it makes, and what the Deployment runs. */
const SLIPWAY = "slipway:0.1.0";

await describeWithEngine("docker", "Slipway inside the cluster whose Jobs it starts", () => {
  describeOnOwnCluster("by its own manifests and its own image", (place) => {
    let queue: EmbeddedQueue;
    let client: SQSClient;
    let runs: string;

    beforeAll(async () => {
      const { cluster, lab } = place();
      queue = await startEmbeddedQueue();
      client = createSdkClient(queue.env);
      await withSelfHostedImage(SLIPWAY, cluster.load);
      runs = lab.namespace;
      const places = { own: "slipway", runs };
      for (const file of ["rbac-namespaced.yaml", "self-hosted.yaml"])
        for (const object of deployed(file, places))
          await lab.admin.create(
            collectionOf(object),
            adapted(object, lab.admin.kubeconfig, queue),
          );
    }, 400_000);
    afterAll(async () => {
      client?.destroy();
      await queue?.stop();
    }, PATIENCE_MS);

    test(
      "a message becomes a pod, and its results come back",
      async () => {
        const id = anId();
        const infrastructure = {
          type: "kubernetes-job",
          image: IMAGE,
          namespace: runs,
          command: ["sh", "-c", "echo hello; exit 3"],
        };

        await client.send(
          new SendMessageCommand({
            QueueUrl: queue.urls.requests,
            MessageBody: JSON.stringify({ id, infrastructure }),
          }),
        );

        const results: Result[] = [];
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const queueUrl = queue.urls.results;
        for await (const result of receiveResults({ client, queueUrl, ids: new Set([id]), signal }))
          results.push(result);
        expect(results.map(({ data }) => [data.state, ...data.problems])).toEqual([
          ["submitted"],
          ["failed"],
        ]);
        expect(results.at(-1)?.data).toMatchObject({ status_code: 3, logs: { tail: "hello\n" } });
      },
      PATIENCE_MS,
    );

    test(
      "its pod ends by itself when it is asked to",
      async () => {
        const { admin } = place().lab;
        const [pod] = await admin.pods("slipway");
        const at = `/api/v1/namespaces/slipway/pods/${pod?.metadata?.name}`;

        await admin.merge("/apis/apps/v1/namespaces/slipway/deployments/slipway", {
          spec: { replicas: 0 },
        });

        await expect.poll(() => admin.get(at), { timeout: PATIENCE_MS }).toBeUndefined();
      },
      PATIENCE_MS,
    );
  });
});

/**
 * The Deployment with queues that can be had here. These clusters have no kube-proxy, so that the API server is reached at
 * the node's own loopback address.
 */
function adapted(object: Deployed, kubeconfig: string, { env, urls }: EmbeddedQueue): object {
  if (object.kind !== "Deployment") return object;
  const [, port = ""] = /server: "?https:\/\/127\.0\.0\.1:(\d+)/.exec(kubeconfig) ?? [];
  const own: Record<string, string | undefined> = {
    ...env,
    SLIPWAY_REQUESTS_URL: urls.requests,
    SLIPWAY_RESULTS_URL: urls.results,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: port,
  };
  const changed = structuredClone(object) as Deployed & { spec: DeploymentSpec };
  const pod = changed.spec.template.spec;
  pod.hostNetwork = true;
  for (const container of pod.containers)
    container.env = [
      ...container.env.filter(({ name }) => !(name in own)),
      ...Object.entries(own).map(([name, value = ""]) => ({ name, value })),
    ];
  return changed;
}

interface DeploymentSpec {
  template: {
    spec: { hostNetwork?: boolean; containers: { env: { name: string; value?: string }[] }[] };
  };
}
