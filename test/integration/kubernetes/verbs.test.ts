import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../../lib/backends/kubernetes/api/api-types.ts";
import { createKubernetesBackend } from "../../../lib/backends/kubernetes/backend.ts";
import { releaseCluster } from "../../../lib/backends/kubernetes/release.ts";
import { collect } from "../../contract/arena.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { accountWithout } from "./support/accounts.ts";
import { dependencies, TARGET } from "./support/kubernetes-subject.ts";
import { all, createLab, type Lab } from "./support/lab.ts";
import { until } from "./support/namespace.ts";

const set = (path: string, value: unknown) => ({ customizations: [{ op: "add", path, value }] });

await describeWithEngine("kubernetes", "on a real cluster", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  describe.concurrent("output", () => {
    test("is followed across the restarts of its container, each line once", async () => {
      const script =
        "echo try >> /tmp/tries; echo $(wc -l < /tmp/tries); test $(wc -l < /tmp/tries) = 2";
      const run = lab.run(script, {
        customizations: [
          { op: "replace", path: "/spec/template/spec/restartPolicy", value: "OnFailure" },
          { op: "add", path: "/spec/backoffLimit", value: 3 },
          {
            op: "add",
            path: "/spec/template/spec/volumes",
            value: [{ name: "tmp", emptyDir: {} }],
          },
          {
            op: "add",
            path: "/spec/template/spec/containers/0/volumeMounts",
            value: [{ name: "tmp", mountPath: "/tmp" }],
          },
        ],
      });
      const seen = await lab.start(run);

      const output = await collect(
        lab.backend.output(seen, { signal: lab.signal(), follow: true }),
      );

      expect(String(output)).toBe("1\n2\n");
      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "completed", attempts: 2 });
    });

    test("is that of the last attempt where a Job tries again", async () => {
      const ended = await lab.end(lab.run("echo $HOSTNAME; exit 3", set("/spec/backoffLimit", 1)));

      const output = await collect(lab.backend.output(ended.run, { signal: lab.signal() }));
      const pods = await lab.admin.pods(lab.namespace, `slipway.dev/run=${ended.run.key.hash}`);
      const names = pods.map(({ metadata }) => metadata?.name);

      expect(pods).toHaveLength(2);
      expect(names).toContain(String(output).trim());
    });

    test("of a run that was stopped at its deadline can be read", async () => {
      const ended = await lab.end(lab.run("echo begun; sleep 600", { timeout_seconds: 2 }));

      const output = await collect(lab.backend.output(ended.run, { signal: lab.signal() }));

      expect(ended).toMatchObject({ outcome: "failed", cause: { code: "DeadlineExceeded" } });
      expect(String(output)).toBe("begun\n");
    });

    test("that is gone with its pod is told as an error, not as empty", async () => {
      const ended = await lab.end(lab.run("echo once"));
      await lab.admin.remove(await lab.podPath(ended.run), { gracePeriodSeconds: 0 });
      await until(
        "its pod is gone",
        async () => !(await lab.admin.get(await lab.podPath(ended.run))),
      );

      const reading = collect(lab.backend.output(ended.run, { signal: lab.signal() }));

      await expect(reading).rejects.toMatchObject({
        retryable: true,
        message: expect.stringContaining("pods are gone"),
      });
    });
  });

  describe.concurrent("cancelling", () => {
    test("gives a run more time than its pod would, where that is asked for", async () => {
      // The pod itself has two seconds; the command takes four to tidy up.
      const script =
        "trap 'sleep 4; echo tidy; exit 3' TERM; echo ready; while :; do sleep 0.2; done";
      const run = lab.run(script);
      const seen = await lab.start(run);
      await lab.until(run, "running");
      const following = collect(lab.backend.output(seen, { signal: lab.signal(), follow: true }));
      await until("its handler is set", async () =>
        String(await collect(lab.backend.output(seen, { signal: lab.signal() }))).includes("ready"),
      );

      const order = { graceSeconds: 20, reason: "Cancelled", message: "enough" } as const;
      await lab.backend.cancel(run.key, order, lab.signal());

      expect(String(await following)).toContain("tidy");
      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "cancelled" });
    });

    test("ends a run that its user suspended, and it can be removed", async () => {
      const run = lab.run("exit 0", set("/spec/suspend", true));
      const seen = await lab.start(run);

      const order = { graceSeconds: 1, reason: "Cancelled", message: "enough" } as const;
      await lab.backend.cancel(run.key, order, lab.signal());
      const ended = await lab.until(run, "ended");
      await lab.admin.merge(lab.jobPath(seen), { spec: { suspend: false } });
      await until("the controller has ended it", async () => {
        const job = await lab.admin.get<Job>(lab.jobPath(seen));
        return job?.status?.conditions?.some(({ type }) => type === "Failed");
      });

      expect(ended).toMatchObject({ outcome: "cancelled", attempts: 0 });
      expect(await lab.admin.pods(lab.namespace, `slipway.dev/run=${run.key.hash}`)).toEqual([]);
    });

    test("touches nothing that has the run's name and is another's", async () => {
      const run = lab.run("exit 0");
      const seen = await lab.start(run);
      await lab.admin.merge(lab.jobPath(seen), {
        metadata: { annotations: { "slipway.dev/id": "somebody-else" } },
      });

      const order = { graceSeconds: 1, reason: "Cancelled", message: "enough" } as const;
      const cancelling = lab.backend.cancel(run.key, order, lab.signal());
      const again = lab.backend.submit(run, lab.signal());

      await expect(cancelling).rejects.toMatchObject({ code: "Conflict", retryable: false });
      await expect(again).rejects.toMatchObject({ code: "Conflict", retryable: false });
      expect(
        (await lab.admin.get<Job>(lab.jobPath(seen)))?.spec?.activeDeadlineSeconds,
      ).toBeUndefined();
    });
  });

  describe.concurrent("a Job that is being deleted", () => {
    test("and whose result is not out is the run, which starts no second time", async () => {
      const run = lab.run("sleep 600");
      const seen = await lab.start(run);
      await lab.until(run, "running");
      await lab.admin.remove(lab.jobPath(seen));

      const again = await lab.backend.submit(run, lab.signal());

      expect(again).toMatchObject({ outcome: "adopted", run: { uid: seen.uid } });
    });

    test("and whose result is out makes the same request wait", async () => {
      const run = lab.run("exit 0");
      const ended = await lab.end(run);
      await lab.admin.merge(lab.jobPath(ended.run), {
        metadata: { finalizers: ["slipway.dev/result", "example.com/slow"] },
      });
      await lab.backend.settle(ended.run, lab.signal());
      await lab.admin.remove(lab.jobPath(ended.run));

      const again = lab.backend.submit(run, lab.signal());

      await expect(again).rejects.toMatchObject({ retryable: true });
      await lab.admin.merge(lab.jobPath(ended.run), { metadata: { finalizers: null } });
    });
  });

  describe.concurrent("settling", () => {
    test("leaves what others hold, and applies the request's own time to live", async () => {
      const ended = await lab.end(lab.run("exit 0", set("/spec/ttlSecondsAfterFinished", 900)));
      await lab.admin.merge(lab.jobPath(ended.run), {
        metadata: { finalizers: ["slipway.dev/result", "example.com/theirs"] },
      });

      await lab.backend.settle(ended.run, lab.signal());

      const job = await lab.admin.get<Job>(lab.jobPath(ended.run));
      expect(job?.metadata?.finalizers).toEqual(["example.com/theirs"]);
      expect(job?.spec?.ttlSecondsAfterFinished).toBe(900);
      await lab.admin.merge(lab.jobPath(ended.run), { metadata: { finalizers: null } });
    });
  });

  describe.concurrent("a request with a kubeconfig of its own", () => {
    test("is sent as whoever that says, and watched like any other", async () => {
      const sender = await accountWithout(lab.admin, lab.namespace, "sender", []);
      const run = lab.run("exit 0", { cluster_config: load(sender) });

      const target = await lab.backend.locate(run.spec);
      const ended = await lab.end(run);

      expect(target).toEqual(TARGET);
      expect(ended).toMatchObject({ outcome: "completed" });
    });

    test("has no rights but its own", async () => {
      const sender = await accountWithout(lab.admin, lab.namespace, "stranger", ["jobs"]);
      const run = lab.run("exit 0", { cluster_config: load(sender) });

      const refusal = lab.backend.submit(run, lab.signal());

      await expect(refusal).rejects.toMatchObject({ code: "Denied", retryable: false });
    });
  });

  describe.concurrent("without the right to", () => {
    const backendWithout = async (resource: string, account = `no-${resource}`) => {
      const kubeconfig = await accountWithout(lab.admin, lab.namespace, account, [resource]);
      return createKubernetesBackend(dependencies(kubeconfig, [lab.namespace]));
    };

    test("do what Slipway does the check names it, by what is lost without it", async () => {
      const [noPods, noEvents] = await Promise.all([
        backendWithout("pods", "checks-no-pods"),
        backendWithout("events", "checks-no-events"),
      ]);

      const blind = await noPods.check(TARGET, lab.signal());
      const vague = await noEvents.check(TARGET, lab.signal());
      await Promise.all([noPods.close(), noEvents.close()]);

      const place = `in the namespace ${lab.namespace}`;
      const noLogs = `may not get pods/log ${place}: results carry no output`;
      expect(blind).toEqual({
        version: expect.stringMatching(/^Kubernetes v1\.\d+\.\d+/),
        problems: [`may not list, delete pods ${place}`],
        notes: [
          `may not watch pods ${place}: the output of runs with restartPolicy OnFailure is often lost`,
          noLogs,
        ],
      });
      expect(vague).toMatchObject({
        problems: [],
        notes: [noLogs, `may not list events ${place}: causes are less precise`],
      });
    });

    test("read pods a run's end is told all the same, from its Job", async () => {
      const blind = await backendWithout("pods");
      const run = lab.run("exit 7");
      await lab.end(run);

      const found = await blind.find(TARGET, run.key.id, lab.signal());
      const list = await all(blind.open(TARGET, { signal: lab.signal() }));
      await blind.close();

      const seen = list.find((one) => one.run.key.id === run.key.id);
      for (const one of [found, seen])
        expect(one).toMatchObject({ outcome: "failed", statusCode: 7, cause: { code: "Exit" } });
    });

    test("read events causes are less precise, and nothing else", async () => {
      const blind = await backendWithout("events");
      const run = lab.run("exit 7");
      await lab.end(run);

      const list = await all(blind.open(TARGET, { signal: lab.signal() }));
      await blind.close();

      expect(list.find((one) => one.run.key.id === run.key.id)).toMatchObject({ statusCode: 7 });
    });

    test("list Jobs nothing is known, and nothing is concluded", async () => {
      const blind = await backendWithout("jobs");

      const listing = all(blind.open(TARGET, { signal: lab.signal() }));

      await expect(listing).rejects.toMatchObject({ code: "EngineLost", retryable: true });
      await blind.close();
    });
  });

  test("a release lets go of every Job of ours and says whose result is not out", async () => {
    await using other = await createLab();
    const [open, settled] = [other.run("sleep 600"), other.run("exit 0")];
    const seen = await other.start(open);
    await other.backend.settle((await other.end(settled)).run, other.signal());
    const cluster = {
      name: "lab",
      client: other.admin.client,
      scopes: [other.namespace],
      tailBytes: 100,
    };

    const first = await releaseCluster(cluster, 3_600, other.signal());
    const second = await releaseCluster(cluster, 3_600, other.signal());

    expect(first).toEqual({ released: 1, unpublished: [seen.identifier] });
    expect(second).toEqual({ released: 0, unpublished: [] });
    expect((await other.admin.get<Job>(other.jobPath(seen)))?.metadata?.finalizers).toBeUndefined();
  });
});
