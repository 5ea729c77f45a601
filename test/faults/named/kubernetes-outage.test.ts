import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeOnOwnCluster } from "../../integration/kubernetes/support/describe-on-own-cluster.ts";

const LONG = 300_000;

describeOnOwnCluster("an outage of a cluster", (place) => {
  test(
    "that is longer than a run has to start costs no run its start",
    async () => {
      const { cluster, lab } = place();
      await cluster.stop("controller-manager");
      const run = lab.run("exit 4", { pod_watch_timeout_seconds: 90 });
      await lab.start(run);
      await lab.until(run, "pending");
      await pause(80_000); // of its time to start ten seconds are left

      await cluster.stop("apiserver");
      await pause(15_000); // the outage is what is tried
      await cluster.start();

      expect(await lab.until(run, "ended", 140_000)).toMatchObject({
        outcome: "failed",
        statusCode: 4,
        cause: { code: "Exit" },
      });
    },
    LONG,
  );
});
