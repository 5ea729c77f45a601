import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab } from "../../integration/kubernetes/support/lab.ts";
import {
  canStartClusters,
  type OwnCluster,
  requireClusters,
  SCRIPTS,
  startOwnCluster,
} from "../../integration/kubernetes/support/own-cluster.ts";

const LONG = 240_000;

requireClusters();

describe.skipIf(!canStartClusters())(
  `an outage of a cluster (skipped where ${SCRIPTS} is not there)`,
  () => {
    let cluster: OwnCluster;
    let lab: Lab;

    beforeAll(async () => {
      cluster = await startOwnCluster();
      lab = await createLab({ kubeconfig: cluster.kubeconfig });
    }, LONG);
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      await cluster?.[Symbol.asyncDispose]();
    }, LONG);

    test(
      "that is longer than a run has to start costs no run its start",
      async () => {
        await cluster.stop("controller-manager");
        const run = lab.run("exit 4", { pod_watch_timeout_seconds: 40 });
        await lab.start(run);
        await lab.until(run, "pending");

        await cluster.stop("apiserver");
        await pause(41_000); // the outage is what is tried; what was killed needs as long to return
        await cluster.start();

        expect(await lab.until(run, "ended", 110_000)).toMatchObject({
          outcome: "failed",
          statusCode: 4,
          cause: { code: "Exit" },
        });
      },
      LONG,
    );
  },
);
