import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { createLab, type Lab } from "./support/lab.ts";
import { until } from "./support/namespace.ts";
import { denySecretly, giveSlots, preferred } from "./support/rules.ts";

const SOON = { pod_watch_timeout_seconds: 10 };

const quota = (hard: Record<string, string>) => ({ metadata: { name: "quota" }, spec: { hard } });

await describeWithEngine("kubernetes", "on a real cluster with rules of its own", () => {
  describe.concurrent("a run", () => {
    let open: Lab;
    let restricted: Lab;
    let counted: Lab;

    beforeAll(async () => {
      [open, restricted, counted] = await Promise.all([
        createLab(),
        createLab({ namespaceLabels: { "pod-security.kubernetes.io/enforce": "restricted" } }),
        createLab(),
      ]);
    });
    afterAll(() =>
      Promise.all([open, restricted, counted].map((lab) => lab[Symbol.asyncDispose]())),
    );

    test("is crashed where pod security refuses its pod, and never starts later", async () => {
      const run = restricted.run("exit 0", SOON);

      const ended = await restricted.end(run);
      await restricted.admin.merge(`/api/v1/namespaces/${restricted.namespace}`, {
        metadata: { labels: { "pod-security.kubernetes.io/enforce": null } },
      });
      await restricted.end(restricted.run("exit 0"));

      expect(ended).toMatchObject({
        outcome: "crashed",
        attempts: 0,
        cause: { code: "AdmissionDenied", message: expect.stringContaining("PodSecurity") },
      });
      expect(
        await restricted.admin.pods(restricted.namespace, `slipway.dev/run=${run.key.hash}`),
      ).toEqual([]);
    });

    test("is crashed where the quota has no room for its pod", async () => {
      const path = `/api/v1/namespaces/${counted.namespace}/resourcequotas`;
      await counted.admin.create(path, quota({ pods: "0" }));
      await until("the quota counts", () => counted.admin.get(`${path}/quota`).then(isCounted));

      const ended = await counted.end(counted.run("exit 0", SOON));

      expect(ended).toMatchObject({
        outcome: "crashed",
        attempts: 0,
        cause: { code: "QuotaExceeded", blame: "platform", retryable: true },
      });
    });

    test("is preempted by one of higher priority", async () => {
      await using slots = await giveSlots(open.admin, open.namespace);
      const low = open.run("sleep 600", slots.fields("low"));
      await open.start(low);
      await open.until(low, "running");

      const high = open.run("exit 0", slots.fields("high"));
      await open.start(high);

      expect(await open.until(low, "ended")).toMatchObject({
        outcome: "crashed",
        cause: { code: "Preempted", blame: "platform", retryable: true },
      });
      expect(await open.until(high, "ended")).toMatchObject({ outcome: "completed" });
    });
  });

  describe.concurrent("a Job that the cluster does not accept", () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await createLab();
    });
    afterAll(() => lab[Symbol.asyncDispose]());

    test.each([
      [
        "an environment name that is none",
        { customizations: [preferred("env/-", { name: "A=B", value: "hush-hush" })] },
        "Invalid",
      ],
      [
        "a field of another type",
        { customizations: [preferred("env/-", { name: "A", value: { deep: "hush-hush" } })] },
        "Invalid",
      ],
      [
        "a volume that is not there",
        {
          customizations: [
            preferred("volumeMounts", [{ name: "nowhere", mountPath: "/hush-hush" }]),
          ],
        },
        "Invalid",
      ],
      ["a namespace that does not exist", { namespace: "nowhere-at-all" }, "Invalid"],
    ])("for %s is refused for good, without its values", async (_, fields, code) => {
      const run = lab.run("exit 0", fields);

      const refusal = lab.backend.submit(run, lab.signal());

      const error = await refusal.then(Promise.reject.bind(Promise), (it) => it);
      expect(error).toMatchObject({ code, retryable: false });
      expect(JSON.stringify([error.message, String(error.cause)])).not.toContain("hush-hush");
    });

    test("as it is, is accepted without the field that it does not know, and the sender is told", async () => {
      const run = lab.run("exit 0", { customizations: [preferred("imagePulPolicy", "Never")] });

      const submission = await lab.backend.submit(run, lab.signal());

      expect(submission.run.warnings.join()).toMatch(/unknown field .*imagePulPolicy/);
    });

    test("by an admission policy is refused for good, without its secrets", async () => {
      await using policy = await denySecretly(lab.admin, lab.namespace);
      const run = lab.run("exit 0", { env: { API_TOKEN: "hush-hush" }, labels: { deny: "me" } });
      await policy.takesEffect();

      const refusal = lab.backend.submit(run, lab.signal());

      const error = await refusal.then(Promise.reject.bind(Promise), (it) => it);
      expect(error).toMatchObject({ code: "AdmissionDenied", retryable: false });
      expect(error.message).toContain("denied request");
      expect(error.message).not.toContain("hush-hush");
    });
  });

  describe("a namespace", () => {
    test("with no room for one more Job has the run wait until there is", async () => {
      await using lab = await createLab();
      const path = `/api/v1/namespaces/${lab.namespace}/resourcequotas`;
      await lab.admin.create(path, quota({ "count/jobs.batch": "0" }));
      await until("the quota counts", () => lab.admin.get(`${path}/quota`).then(isCounted));
      const run = lab.run("exit 0");

      const refusal = lab.backend.submit(run, lab.signal());

      await expect(refusal).rejects.toMatchObject({ code: "QuotaExceeded", retryable: true });
      await lab.admin.merge(`${path}/quota`, { spec: { hard: { "count/jobs.batch": "1" } } });
      await until("there is room", () => lab.start(run).then(Boolean, () => false));
      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "completed" });
    });

    test("that is full, or forbids new Jobs, still knows the runs that it has", async () => {
      await using lab = await createLab();
      const run = lab.run("sleep 600");
      const started = await lab.start(run);
      const path = `/api/v1/namespaces/${lab.namespace}/resourcequotas`;
      await lab.admin.create(path, quota({ "count/jobs.batch": "1" }));
      await until("the quota counts", () => lab.admin.get(`${path}/quota`).then(isCounted));

      const again = await lab.backend.submit(run, lab.signal());
      const other = lab.backend.submit({ ...run, digest: "another" }, lab.signal());
      const late = lab.backend.submit(lab.run("exit 0"), lab.signal());

      expect(again).toMatchObject({ outcome: "adopted", run: { uid: started.uid } });
      await expect(other).rejects.toMatchObject({ code: "Conflict" });
      await expect(late).rejects.toMatchObject({ code: "QuotaExceeded", retryable: true });
    });

    test("that is deleted has its runs told as removed, and is gone once they are settled", async () => {
      await using lab = await createLab();
      const run = lab.run("sleep 600");
      await lab.start(run);
      await lab.until(run, "running");

      await lab.admin.remove(`/api/v1/namespaces/${lab.namespace}`);
      const ended = await lab.until(run, "ended");
      const late = lab.backend.submit(lab.run("exit 0"), lab.signal());

      expect(ended).toMatchObject({ outcome: "crashed", cause: { code: "Removed" } });
      await expect(late).rejects.toMatchObject({ code: "Invalid", retryable: false });
      await lab.backend.settle(ended.run, lab.signal());
      await until(
        "the namespace is gone",
        async () => !(await lab.admin.get(`/api/v1/namespaces/${lab.namespace}`)),
      );
    });
  });
});

const isCounted = (quota: unknown) =>
  (quota as { status?: { hard?: object } } | undefined)?.status?.hard !== undefined;
