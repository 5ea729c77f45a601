import { expect, test } from "vitest";
import type { Observation } from "../../../lib/runs/observation.ts";
import { describeOnOwnCluster } from "./support/describe-on-own-cluster.ts";
import { TARGET } from "./support/kubernetes-subject.ts";
import type { Lab } from "./support/lab.ts";
import { until } from "./support/namespace.ts";
import { taintNode } from "./support/rules.ts";

const LONG = 180_000;

describeOnOwnCluster("while parts of a cluster are down", (place) => {
  const listed = async (lab: Lab) => {
    const all: Observation[] = [];
    for await (const one of lab.backend.open(TARGET, { signal: lab.signal() })) all.push(one);
    return all;
  };

  test.each(["apiserver", "etcd"] as const)(
    "without its %s nothing is told, and afterwards the truth",
    async (component) => {
      const { cluster, lab } = place();
      const run = lab.run("sleep 4; exit 6");
      await lab.start(run);
      await lab.until(run, "running");

      await cluster.stop(component);
      const [list, refusal] = await Promise.all([
        listed(lab).catch((error: unknown) => error),
        lab.backend.submit(lab.run("exit 0"), lab.signal()).catch((error: unknown) => error),
      ]);
      await cluster.start();

      expect(list).toMatchObject({ name: "LaunchError", retryable: true });
      expect(refusal).toMatchObject({ name: "LaunchError", retryable: true });
      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "failed", statusCode: 6 });
    },
    LONG,
  );

  test(
    "a Job that nobody finishes is told as such when its time is up, and stays so",
    async () => {
      const { cluster, lab } = place();
      const run = lab.run("sleep 4; exit 0", { job_watch_timeout_seconds: 3 });
      await lab.start(run);
      await lab.until(run, "running");

      await cluster.stop("controller-manager");
      const ended = await lab.until(run, "ended");
      await cluster.start();
      const later = await until("the controllers have finished the Job", async () => {
        const found = await lab.backend.find(TARGET, run.key.id, lab.signal());
        return found?.run.revision !== ended.run.revision && found;
      });

      expect(ended).toMatchObject({
        outcome: "crashed",
        statusCode: 0,
        attempts: 1,
        cause: { code: "DidNotComplete", blame: "platform" },
      });
      expect(later).toMatchObject({ outcome: "crashed", cause: ended.cause, statusCode: 0 });
    },
    LONG,
  );

  test(
    "a lost node crashes its runs, and a Job that gets no pod in time never gets one",
    async () => {
      const { cluster, lab } = place();
      const lost = lab.run("sleep 600");
      const seen = await lab.start(lost);
      await lab.until(lost, "running");
      await cluster.stop("kubelet");
      await using _taint = await taintNode(lab.admin);
      const pod = await lab.podPath(seen);
      await until("its pod is told to go", async () => {
        const { metadata } = (await lab.admin.get<{ metadata: object }>(pod)) ?? {};
        return metadata && "deletionTimestamp" in metadata;
      });
      await cluster.stop("controller-manager");
      const podless = lab.run("exit 0", { pod_watch_timeout_seconds: 2 });
      await lab.start(podless);

      const [lostEnd, podlessEnd] = await Promise.all([
        lab.until(lost, "ended"),
        lab.until(podless, "ended"),
      ]);
      await cluster.start();
      await until("the controllers have ended the Job", async () => {
        const job = await lab.admin.get<{ status: { failed?: number; conditions?: unknown[] } }>(
          lab.jobPath(podlessEnd.run),
        );
        return job?.status.conditions?.length;
      });

      expect(lostEnd).toMatchObject({
        outcome: "crashed",
        attempts: 1,
        cause: { code: "NodeLost", blame: "platform", retryable: true },
      });
      expect(podlessEnd).toMatchObject({
        outcome: "crashed",
        attempts: 0,
        cause: { code: "NeverStarted" },
      });
      expect(await lab.admin.pods(lab.namespace, `slipway.dev/run=${podless.key.hash}`)).toEqual(
        [],
      );
      expect(await lab.backend.find(TARGET, lost.key.id, lab.signal())).toMatchObject({
        cause: lostEnd.cause,
        statusCode: lostEnd.statusCode,
      });
    },
    LONG,
  );
});
