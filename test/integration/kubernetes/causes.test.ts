import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect } from "../../contract/arena.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { createLab, type Lab } from "./support/lab.ts";
import { until } from "./support/namespace.ts";
import { type Registry, startRegistry } from "./support/registry.ts";

/** What never starts is given up after this: not the usual minute, but time enough for a busy node to say why. */
const SOON = { pod_watch_timeout_seconds: 20 };

const set = (path: string, value: unknown) => ({
  customizations: [{ op: "add", path, value }],
});
const CONTAINER = "/spec/template/spec/containers/0";

await describeWithEngine("kubernetes", "on a real cluster, a run", () => {
  let lab: Lab;
  let registry: Registry;

  beforeAll(async () => {
    [lab, registry] = await Promise.all([createLab(), startRegistry()]);
  });
  afterAll(() => Promise.all([lab[Symbol.asyncDispose](), registry[Symbol.asyncDispose]()]));

  describe.concurrent("that fails by its own doing", () => {
    test.each([
      ["a signal", "kill -9 $$", {}, 137, "Signal"],
      ["a fault", "sh -c 'kill -SEGV $$'; exit $?", {}, 139, "Signal"],
      [
        "its memory limit",
        "tail /dev/zero",
        set(`${CONTAINER}/resources`, { limits: { memory: "20Mi" } }),
        137,
        "OOMKilled",
      ],
      ["an exit code", "exit 42", {}, 42, "Exit"],
      [
        "its limit of storage",
        "trap '' TERM; dd if=/dev/zero of=/tmp/x bs=1M count=40; sleep 600",
        set(`${CONTAINER}/resources`, { limits: { "ephemeral-storage": "10Mi" } }),
        expect.toBeOneOf([137, -1]), // a kubelet that evicts may give up the container before it knows its end
        "StorageExceeded",
      ],
    ])("is failed by %s", async (_, script, fields, statusCode, code) => {
      const ended = await lab.end(lab.run(script, fields));

      expect(ended).toMatchObject({
        outcome: "failed",
        statusCode,
        attempts: 1,
        cause: { code, blame: "workload" },
      });
    });
  });

  describe.concurrent("that cannot start", () => {
    test.each([
      [
        "its image is not in the registry",
        () => ({ image: `${registry.host}/public/nothing:1` }),
        "ImageNotFound",
        "configuration",
      ],
      [
        "the registry refuses its image",
        () => ({ image: `${registry.host}/secret/image:1` }),
        "ImageAuth",
        "configuration",
      ],
      [
        "the registry does not answer",
        () => ({ image: "localhost:9/nothing:1" }),
        "ImageNotFound",
        "platform",
      ],
      [
        "its image may not be pulled and is not there",
        () => ({ image: "localhost/not-here:1", image_pull_policy: "Never" }),
        "ImageNotFound",
        "configuration",
      ],
      [
        "its image has no valid name",
        () => ({ image: "Localhost/UPPER:1" }),
        "ImageInvalid",
        "configuration",
      ],
      [
        "a secret that its environment names is missing",
        () =>
          set(`${CONTAINER}/env/-`, {
            name: "A",
            valueFrom: { secretKeyRef: { name: "nowhere", key: "k" } },
          }),
        "ConfigError",
        "configuration",
      ],
      [
        "a config map that it mounts is missing",
        () => ({
          customizations: [
            {
              op: "add",
              path: "/spec/template/spec/volumes",
              value: [{ name: "v", configMap: { name: "nowhere" } }],
            },
            {
              op: "add",
              path: `${CONTAINER}/volumeMounts`,
              value: [{ name: "v", mountPath: "/v" }],
            },
          ],
        }),
        "ConfigError",
        "configuration",
      ],
      [
        "no node has so many processors",
        () => set(`${CONTAINER}/resources`, { requests: { cpu: "10k" } }),
        "Unschedulable",
        "platform",
      ],
      [
        "no node has such a label",
        () => set("/spec/template/spec/nodeSelector", { nowhere: "true" }),
        "Unschedulable",
        "platform",
      ],
      [
        "it waits for a gate to be opened",
        () => set("/spec/template/spec/schedulingGates", [{ name: "example.com/gate" }]),
        "Unschedulable",
        "platform",
      ],
      [
        "its service account is missing",
        () => ({ service_account_name: "nobody" }),
        "ConfigError",
        "configuration",
      ],
      [
        "its priority class is missing",
        () => set("/spec/template/spec/priorityClassName", "nowhere"),
        "ConfigError",
        "configuration",
      ],
      [
        "an init container takes too long",
        () =>
          set("/spec/template/spec/initContainers", [
            { name: "init", image: "localhost/busybox:1", command: ["sleep", "60"] },
          ]),
        "NeverStarted",
        "platform",
      ],
    ])("is crashed because %s", async (_, fields, code, blame) => {
      const ended = await lab.end(lab.run("exit 0", { ...SOON, ...fields() }));

      expect(ended).toMatchObject({
        outcome: "crashed",
        statusCode: -1,
        attempts: 0,
        cause: { code, blame },
      });
      expect(ended.startedAt).toBeUndefined();
    });

    test("is crashed because its command does not exist", async () => {
      const ended = await lab.end(lab.run("", { command: ["/no/such/program"] }));

      expect(ended).toMatchObject({
        outcome: "crashed",
        statusCode: 128,
        attempts: 0,
        cause: { code: "ConfigError", message: expect.stringContaining("/no/such/program") },
      });
    });

    test("is left alone by its time limit as long as its user suspends it", async () => {
      const run = lab.run("exit 0", {
        pod_watch_timeout_seconds: 15,
        ...set("/spec/suspend", true),
      });
      const seen = await lab.start(run);

      await new Promise((resolve) => setTimeout(resolve, 17_000)); // the limit is what is tried
      const waiting = await lab.until(run, "pending");
      await lab.admin.merge(lab.jobPath(seen), { spec: { suspend: false } });

      expect(waiting.reason).toContain("suspended");
      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "completed" });
    });
  });

  describe.concurrent("that has more than one container or pod", () => {
    const container = (name: string, script: string) => ({
      name,
      image: "localhost/busybox:1",
      command: ["/bin/sh", "-c", script],
    });

    test("is judged by its own container, wherever in the pod that stands", async () => {
      const sidecar = {
        op: "add",
        path: "/spec/template/spec/containers/0",
        value: container("injected", "exit 0"),
      };

      const ended = await lab.end(lab.run("exit 9", { customizations: [sidecar] }));

      expect(ended).toMatchObject({ outcome: "failed", statusCode: 9, cause: { code: "Exit" } });
    });

    test("is failed by another container that fails while its own succeeds", async () => {
      const sidecar = {
        op: "add",
        path: "/spec/template/spec/containers/-",
        value: container("other", "exit 3"),
      };

      const ended = await lab.end(lab.run("exit 0", { customizations: [sidecar] }));

      expect(ended).toMatchObject({
        outcome: "failed",
        statusCode: 3,
        cause: { code: "Exit", message: expect.stringContaining("other") },
      });
    });

    test("is failed by its init container, whose output is then the run's", async () => {
      const init = set("/spec/template/spec/initContainers", [
        container("prepare", "echo no data; exit 4"),
      ]);

      const ended = await lab.end(lab.run("exit 0", init));
      const output = await collect(lab.backend.output(ended.run, { signal: lab.signal() }));

      expect(ended).toMatchObject({ outcome: "failed", statusCode: 4, attempts: 0 });
      expect(ended.cause?.message).toContain("prepare");
      expect(String(output)).toBe("no data\n");
    });

    test.each([
      [
        "runs out of memory",
        { command: ["tail", "/dev/zero"], resources: { limits: { memory: "20Mi" } } },
        { outcome: "failed", statusCode: 137, cause: { code: "OOMKilled", blame: "workload" } },
      ],
      [
        "has a command that does not exist",
        { command: ["/no/such/program"] },
        { outcome: "crashed", statusCode: 128, cause: { code: "ConfigError" } },
      ],
    ])("is told why its init container failed that %s", async (_, fields, end) => {
      const init = { name: "prepare", image: "localhost/busybox:1", ...fields };

      const ended = await lab.end(
        lab.run("exit 0", set("/spec/template/spec/initContainers", [init])),
      );

      expect(ended).toMatchObject({ attempts: 0, ...end });
      expect(ended.cause?.message).toContain("prepare");
    });

    test("is told by the index that failed, not by the newest pod", async () => {
      const patches = [
        { op: "replace", path: "/spec/completions", value: 3 },
        { op: "add", path: "/spec/completionMode", value: "Indexed" },
        { op: "add", path: "/spec/backoffLimitPerIndex", value: 0 },
      ];
      const script = "[ $JOB_COMPLETION_INDEX = 1 ] && { echo bad; exit 6; }; echo fine";

      const ended = await lab.end(lab.run(script, { customizations: patches }));
      const output = await collect(lab.backend.output(ended.run, { signal: lab.signal() }));

      expect(ended).toMatchObject({ outcome: "failed", statusCode: 6, attempts: 3 });
      expect(ended.cause?.message).toMatch(/failed index: 1$/);
      expect(String(output)).toBe("bad\n");
    });

    test("is completed when all its completions are", async () => {
      const patches = [
        { op: "replace", path: "/spec/completions", value: 3 },
        { op: "replace", path: "/spec/parallelism", value: 2 },
        { op: "add", path: "/spec/completionMode", value: "Indexed" },
      ];

      const ended = await lab.end(lab.run("exit 0", { customizations: patches }));

      expect(ended).toMatchObject({ outcome: "completed", statusCode: 0, attempts: 3 });
    });

    test("is failed only when its last retry has failed", async () => {
      const ended = await lab.end(lab.run("exit 5", set("/spec/backoffLimit", 1)));

      expect(ended).toMatchObject({ outcome: "failed", statusCode: 5, attempts: 2 });
    });
  });

  describe.concurrent("that is taken away", () => {
    const gone = { outcome: "crashed", cause: { code: "Removed", blame: "user" } };

    test.each(["Background", "Foreground"])(
      "is removed by a %s deletion",
      async (propagationPolicy) => {
        const run = lab.run("sleep 600");
        const seen = await lab.start(run);
        await lab.until(run, "running");

        await lab.admin.remove(lab.jobPath(seen), { propagationPolicy });
        const ended = await lab.until(run, "ended");
        await lab.backend.settle(ended.run, lab.signal());

        expect(ended).toMatchObject(gone);
        await until("the Job is gone", async () => !(await lab.admin.get(lab.jobPath(seen))));
      },
    );

    test("ends as its pod does when it was made an orphan", async () => {
      const run = lab.run("sleep 3; exit 5");
      const seen = await lab.start(run);
      await lab.until(run, "running");

      await lab.admin.remove(lab.jobPath(seen), { propagationPolicy: "Orphan" });

      expect(await lab.until(run, "ended")).toMatchObject({ outcome: "failed", statusCode: 5 });
    });

    test("is removed by the deletion of its pod", async () => {
      const run = lab.run("sleep 600");
      const seen = await lab.start(run);
      await lab.until(run, "running");

      await lab.admin.remove(await lab.podPath(seen), { gracePeriodSeconds: 1 });

      expect(await lab.until(run, "ended")).toMatchObject(gone);
    });

    test("is evicted by the eviction API", async () => {
      const run = lab.run("sleep 600");
      const seen = await lab.start(run);
      await lab.until(run, "running");
      const pod = await lab.podPath(seen);

      await lab.admin.create(`${pod}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name: pod.split("/").at(-1), namespace: lab.namespace },
      });

      expect(await lab.until(run, "ended")).toMatchObject({
        outcome: "crashed",
        cause: { code: "Evicted", blame: "platform", retryable: true },
      });
    });
  });
});
