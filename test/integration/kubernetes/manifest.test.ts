import { readFileSync } from "node:fs";
import type { V1Job } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../../lib/backends/kubernetes/api/api-types.ts";
import { buildTombstone } from "../../../lib/backends/kubernetes/tombstone.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { aJob, aJobRun } from "../../support/kubernetes-runs.ts";
import { type Admin, connectAdmin } from "./support/admin.ts";
import { collectionOf, deployed, type Places } from "./support/deployed.ts";
import { createNamespace, type TestNamespace } from "./support/namespace.ts";

const FIXTURE = new URL("../../fixtures/kubernetes/prefect-2.2-blocks.json", import.meta.url);
const { blocks }: { blocks: { title: string; block: Record<string, unknown> }[] } = JSON.parse(
  readFileSync(FIXTURE, "utf8"),
);

const add = (path: string, value: unknown) => ({ op: "add", path, value });
const spec = (field: string, value: unknown) => add(`/spec/${field}`, value);
const pod = (field: string, value: unknown) => add(`/spec/template/spec/${field}`, value);
const sidecar = { name: "proxy", image: "envoy" };

/** Everything is asked of the real API server, which says what it would have made and makes nothing. */
const DRY_RUN = { dryRun: "All", fieldValidation: "Strict" };

await describeWithEngine("kubernetes", "the API server", () => {
  let admin: Admin;
  let place: TestNamespace;

  beforeAll(async () => {
    admin = await connectAdmin();
    place = await createNamespace(admin, { "pod-security.kubernetes.io/enforce": "restricted" });
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    admin[Symbol.dispose]();
  });

  const create = (job: V1Job) =>
    admin.call<Job>("POST", `/apis/batch/v1/namespaces/${place.name}/jobs`, {
      body: job,
      query: DRY_RUN,
    });

  describe("takes the Job, every field of it known,", () => {
    test.each(blocks)("of the stored block: $title", async ({ block }) => {
      const { cluster_config: _elsewhere, ...fields } = block;
      const { type: _same, ...others } = fields;

      const job = await create(aJob({ ...others, namespace: place.name }));

      expect(job.metadata?.finalizers).toEqual(["slipway.dev/result"]);
      expect(job.spec?.backoffLimit).toBe(0);
    });

    test.each<[string, Record<string, unknown>]>([
      ["the longest name", { name: "a".repeat(1_000) }],
      ["a deadline", { timeout_seconds: 604_800 }],
      [
        "the longest label",
        { labels: { [`${"p".repeat(300)}/${"n".repeat(99)}`]: "v".repeat(99) } },
      ],
      ["strange labels", { labels: { "_A b/c d_": "É È", "x/Ü": "", "1": "2" } }],
      ["strange variables", { env: { "a.b-c": "$(X) ${Y} $$", _: "\u0001\uffff", "x y:z": "é" } }],
      ["suspend", { customizations: [spec("suspend", true)] }],
      ["a TTL", { customizations: [spec("ttlSecondsAfterFinished", 0)] }],
      ["retries", { customizations: [spec("backoffLimit", 2_147_483_647)] }],
      ["restarts in place", { customizations: [pod("restartPolicy", "OnFailure")] }],
      ["another container's name", { customizations: [pod("containers/0/name", "main")] }],
      ["a container before it", { customizations: [pod("containers/0", sidecar)] }],
      ["a container beside it", { customizations: [pod("containers/-", sidecar)] }],
      [
        "a sidecar",
        { customizations: [pod("initContainers", [{ ...sidecar, restartPolicy: "Always" }])] },
      ],
      ["a work queue", { customizations: [spec("completions", null), spec("parallelism", 5)] }],
      [
        "the longest name of an Indexed Job",
        {
          name: "a".repeat(43),
          customizations: [spec("completionMode", "Indexed"), spec("completions", 10)],
        },
      ],
      [
        "retries per index",
        { customizations: [spec("completionMode", "Indexed"), spec("backoffLimitPerIndex", 1)] },
      ],
      [
        "a success policy",
        {
          customizations: [
            spec("completionMode", "Indexed"),
            spec("successPolicy", { rules: [{ succeededCount: 1 }] }),
          ],
        },
      ],
      [
        "a failure policy of its own",
        {
          customizations: [
            spec("podFailurePolicy", {
              rules: [{ action: "Ignore", onPodConditions: [{ type: "X", status: "True" }] }],
            }),
          ],
        },
      ],
      [
        "early replacement",
        { customizations: [spec("podReplacementPolicy", "TerminatingOrFailed")] },
      ],
      ["late replacement", { customizations: [spec("podReplacementPolicy", "Failed")] }],
      [
        "the usual controller",
        { customizations: [spec("managedBy", "kubernetes.io/job-controller")] },
      ],
      ["an empty status", { customizations: [add("/status", {})] }],
      [
        "annotations as large as they may be",
        { customizations: [add("/metadata/annotations", { a: "x".repeat(261_500) })] },
      ],
    ])("of a request with %s", async (_title, fields) => {
      const job = aJob({ ...fields, namespace: place.name });

      const made = await create(job);

      expect(made.metadata?.labels).toMatchObject(job.metadata?.labels ?? {});
      expect(made.spec?.podFailurePolicy?.rules?.length).toBe(
        job.spec?.podFailurePolicy?.rules?.length,
      );
    });

    test("of a tombstone, under the strictest rules that there are", async () => {
      const run = aJobRun({ namespace: place.name, name: "a".repeat(99) });
      const order = { reason: "Cancelled", message: "cancelled on request" } as const;

      const made = await create(buildTombstone(run.key, order));

      expect(made.spec).toMatchObject({ suspend: true, parallelism: 0 });
    });
  });

  describe("would refuse what we refuse before:", () => {
    test.each<[string, (job: V1Job) => void]>([
      [
        "a name with an index too long for a host name",
        (job) =>
          Object.assign(job.spec ?? {}, {
            completionMode: "Indexed",
            completions: 100,
            parallelism: 1,
          }),
      ],
      [
        "endless restarts",
        (job) => Object.assign(job.spec?.template.spec ?? {}, { restartPolicy: "Always" }),
      ],
      [
        "a deadline below zero",
        (job) => Object.assign(job.spec ?? {}, { activeDeadlineSeconds: -1 }),
      ],
      [
        "annotations that are too large",
        (job) => Object.assign(job.metadata?.annotations ?? {}, { a: "x".repeat(262_144) }),
      ],
      [
        "counts in the pod's spec, where it is asked to be strict",
        (job) => Object.assign(job.spec?.template.spec ?? {}, { parallelism: 1 }),
      ],
    ])("%s", async (_title, change) => {
      const job = aJob({ name: "a".repeat(45), namespace: place.name });
      change(job);

      await expect(create(job)).rejects.toMatchObject({
        statusCode: expect.toSatisfy((it) => it === 400 || it === 422),
      });
    });
  });

  test.each(["rbac-namespaced.yaml", "rbac-cluster-wide.yaml", "self-hosted.yaml"])(
    "takes every object of deploy/kubernetes/%s",
    async (file) => {
      const places: Places = { own: place.name, runs: place.name };
      const objects = deployed(file, places);

      for (const object of objects) {
        const body = object.kind === "Namespace" ? renamedNamespace(object, "x") : object;
        await admin.call("POST", collectionOf(object), { body, query: DRY_RUN });
      }

      expect(objects.length).toBeGreaterThan(1);
    },
  );
});

/** The namespace itself is there already. */
function renamedNamespace<T extends { metadata: { name: string } }>(object: T, suffix: string): T {
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${suffix}` } };
}
