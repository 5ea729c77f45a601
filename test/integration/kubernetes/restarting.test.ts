import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect } from "../../contract/arena.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { createLab, type Lab } from "./support/lab.ts";

const POD = "/spec/template/spec";
const CONTAINER = `${POD}/containers/0`;
const add = (path: string, value: unknown) => ({ op: "add", path, value });

const onFailure = add(`${POD}/restartPolicy`, "OnFailure");

/** A pod that does not end when it is told to is there to be read for as long. */
const stubborn = add(`${POD}/terminationGracePeriodSeconds`, 20);

/** What one instance of a container leaves to the next. */
const memory = [
  add(`${POD}/volumes`, [{ name: "memory", emptyDir: {} }]),
  add(`${CONTAINER}/volumeMounts`, [{ name: "memory", mountPath: "/memory" }]),
];

await describeWithEngine(
  "kubernetes",
  "on a real cluster, a run whose containers are restarted",
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await createLab();
    });
    afterAll(() => lab[Symbol.asyncDispose]());

    const outputOf = async (run: Parameters<Lab["backend"]["output"]>[0]) =>
      String(await collect(lab.backend.output(run, { signal: lab.signal(), tailBytes: 1_000 })));

    describe.concurrent("by its restart policy", () => {
      test.each(Array.from({ length: 6 }, (_, index) => index + 1))(
        "is failed with its command's own code, however soon its pod goes (%i)",
        async () => {
          const ended = await lab.end(lab.run("exit 3", { customizations: [onFailure] }));

          expect(ended).toMatchObject({
            outcome: "failed",
            statusCode: 3,
            cause: { code: "Exit", blame: "workload", retryable: false },
          });
          expect(ended.attempts).toBeGreaterThanOrEqual(2);
        },
      );

      test.each([
        [
          "runs out of memory",
          "tail /dev/zero",
          [add(`${CONTAINER}/resources`, { limits: { memory: "20Mi" } })],
          { statusCode: 137, cause: { code: "OOMKilled", blame: "workload" } },
        ],
        [
          "may fail once",
          "exit 4",
          [add("/spec/backoffLimit", 1)],
          { statusCode: 4, cause: { code: "Exit", blame: "workload" } },
        ],
      ])("is failed by its command's own end where that %s", async (_, script, patches, end) => {
        const ended = await lab.end(lab.run(script, { customizations: [onFailure, ...patches] }));

        expect(ended).toMatchObject({ outcome: "failed", ...end });
      });

      test("keeps the output of its last instance, though that goes with its pod", async () => {
        const patches = [onFailure, add("/spec/backoffLimit", 2)]; // ten seconds pass before the third start
        const script = "echo no data; echo $API_TOKEN; exit 6";
        const run = lab.run(script, { env: { API_TOKEN: "hush-hush" }, customizations: patches });

        const ended = await lab.end(run);

        expect(ended).toMatchObject({ outcome: "failed", statusCode: 6 });
        expect(await outputOf(ended.run)).toBe("no data\n[redacted]\n");
      });

      test("is failed by its init container", async () => {
        const init = {
          name: "prepare",
          image: "localhost/busybox:1",
          command: ["sh", "-c", "exit 7"],
        };
        const patches = [onFailure, add(`${POD}/initContainers`, [init])];

        const ended = await lab.end(lab.run("exit 0", { customizations: patches }));

        expect(ended).toMatchObject({ outcome: "failed", statusCode: 7, attempts: 0 });
        expect(ended.cause?.message).toContain("the init container prepare");
      });

      test("is told by the instance that failed, not by the one that was ended with its pod", async () => {
        const again = "test -e /memory/x && { trap '' TERM; sleep 600; }";
        const script = `${again}; touch /memory/x; exit 5`;

        const ended = await lab.end(
          lab.run(script, { customizations: [onFailure, stubborn, ...memory] }),
        );

        expect(ended).toMatchObject({ outcome: "failed", statusCode: 5, cause: { code: "Exit" } });
      });

      test("keeps its output where its Job ran out of time", async () => {
        const fields = { timeout_seconds: 10, customizations: [onFailure, stubborn] };

        const ended = await lab.end(lab.run("trap '' TERM; echo slow; sleep 600", fields));

        expect(ended).toMatchObject({ outcome: "failed", cause: { code: "DeadlineExceeded" } });
        expect(await outputOf(ended.run)).toBe("slow\n");
      });
    });

    describe.concurrent("before its command could start", () => {
      const sidecar = (command: string[]) =>
        add(`${POD}/initContainers`, [
          {
            name: "proxy",
            image: "localhost/busybox:1",
            restartPolicy: "Always",
            startupProbe: { exec: { command: ["false"] }, initialDelaySeconds: 60 },
            command,
          },
        ]);

      test.each([
        [
          "ends again and again",
          ["sh", "-c", "echo no port; echo dying >/dev/termination-log; exit 9"],
          { outcome: "failed", statusCode: 9, cause: { code: "Exit", blame: "workload" } },
          "dying",
          "no port\n",
        ],
        [
          "has no command",
          ["/no/such/program"],
          { outcome: "crashed", cause: { code: "ConfigError", blame: "configuration" } },
          "/no/such/program",
          undefined,
        ],
      ])("names the sidecar that %s", async (_, command, end, words, output) => {
        const run = lab.run("exit 0", {
          pod_watch_timeout_seconds: 25,
          customizations: [sidecar(command)],
        });

        const ended = await lab.end(run);

        expect(ended).toMatchObject({ attempts: 0, ...end });
        expect(ended.cause?.message).toContain("the sidecar proxy");
        expect(ended.cause?.message).toContain(words);
        if (output) expect(await outputOf(ended.run)).toBe(output);
      });
    });
  },
);
