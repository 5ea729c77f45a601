import { describe, expect, test } from "vitest";
import { buildJob } from "../../../../lib/backends/kubernetes/manifest/build-job.ts";
import type { PatchOperation } from "../../../../lib/runs/infrastructure.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";
import { aJob, aJobRun } from "../../../support/kubernetes-runs.ts";

const set = (path: string, value: unknown): PatchOperation => ({ op: "add", path, value });
const setInSpec = (field: string, value: unknown) => set(`/spec/${field}`, value);
const setInPod = (field: string, value: unknown) => set(`/spec/template/spec/${field}`, value);

const mainOf = (job: ReturnType<typeof aJob>) => job.spec?.template.spec?.containers[0];

describe("the smallest request", () => {
  test("becomes exactly this Job", () => {
    const run = aJobRun({ command: ["true"] }, { digest: "d1" });

    expect(buildJob(run)).toEqual({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: `prefect-job-${hashRunId("run-1")}`,
        namespace: "default",
        labels: { "slipway.dev/run": hashRunId("run-1"), "slipway.dev/open": "true" },
        annotations: {
          "slipway.dev/id": "run-1",
          "slipway.dev/digest": "d1",
          "slipway.dev/version": "1",
          "slipway.dev/stream-output": "true",
          "slipway.dev/job-watch-timeout-seconds": "5",
          "slipway.dev/pod-watch-timeout-seconds": "60",
        },
        finalizers: ["slipway.dev/result"],
      },
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 0,
        podFailurePolicy: {
          rules: [
            { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            {
              action: "FailJob",
              onExitCodes: { containerName: "prefect-job", operator: "NotIn", values: [0] },
            },
          ],
        },
        template: {
          metadata: {
            labels: { "slipway.dev/run": hashRunId("run-1"), "slipway.dev/open": "true" },
          },
          spec: {
            restartPolicy: "Never",
            containers: [
              {
                name: "prefect-job",
                env: [{ name: "SLIPWAY_RUN_ID", value: "run-1" }],
                image: "busybox",
                command: ["true"],
              },
            ],
          },
        },
      },
    });
  });

  test("becomes the same Job each time", () => {
    const run = aJobRun({ labels: { a: "b" }, env: { C: "d" } });

    expect(JSON.stringify(buildJob(run))).toBe(JSON.stringify(buildJob(structuredClone(run))));
  });
});

describe("the fields of a request", () => {
  test("stand where Kubernetes has them", () => {
    const job = aJob({
      name: "Nightly ETL",
      namespace: "etl",
      image_pull_policy: "IfNotPresent",
      service_account_name: "runner",
      stream_output: false,
      job_watch_timeout_seconds: 7,
      pod_watch_timeout_seconds: 90,
    });

    expect(job).toMatchObject({
      metadata: {
        name: `nightly-etl-${hashRunId("run-1")}`,
        namespace: "etl",
        annotations: {
          "slipway.dev/name": "Nightly ETL",
          "slipway.dev/stream-output": "false",
          "slipway.dev/job-watch-timeout-seconds": "7",
          "slipway.dev/pod-watch-timeout-seconds": "90",
        },
      },
      spec: {
        template: {
          spec: {
            serviceAccountName: "runner",
            containers: [{ imagePullPolicy: "IfNotPresent" }],
          },
        },
      },
    });
  });

  test("leave the image's own command alone where theirs is empty", () => {
    expect(mainOf(aJob({ command: [] }))).not.toHaveProperty("command");
  });

  test("may leave the image to the base manifest or to a patch", () => {
    const patch = [setInPod("containers/0/image", "patched")];

    expect(mainOf(aJob({ image: null, customizations: patch }))?.image).toBe("patched");
  });
});

describe("the environment", () => {
  test("is the base's, the request's, then what names the run; null unsets", () => {
    const run = aJobRun(
      { env: { OWN: "1", GONE: null, EMPTY: "" } },
      { id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff", baseEnvironment: { BASE: "b", GONE: "x" } },
    );

    expect(mainOf(buildJob(run))?.env).toEqual([
      { name: "BASE", value: "b" },
      { name: "OWN", value: "1" },
      { name: "EMPTY", value: "" },
      { name: "PREFECT__FLOW_RUN_ID", value: "6f9619ff8b86d011b42d00cf4fc964ff" },
      { name: "SLIPWAY_RUN_ID", value: "6f9619ff-8b86-d011-b42d-00cf4fc964ff" },
    ]);
  });

  test.each([
    [{}, "00-trace"],
    [{ TRACEPARENT: "mine" }, "mine"],
    [{ TRACEPARENT: null }, undefined],
  ])("carries the message's trace context unless the request says %j", (env, value) => {
    const job = buildJob(aJobRun({ env }, { traceparent: "00-trace" }));

    expect(mainOf(job)?.env?.find(({ name }) => name === "TRACEPARENT")?.value).toBe(value);
  });

  test("keeps names that a JSON pointer would have to escape", () => {
    expect(mainOf(aJob({ env: { "a/b~c": "1" } }))?.env?.[0]).toEqual({
      name: "a/b~c",
      value: "1",
    });
  });
});

describe("the markers", () => {
  test("stand beside what a request writes in the same places", () => {
    const job = aJob({
      labels: { team: "data" },
      customizations: [
        set("/metadata/annotations", { note: "x" }),
        set("/spec/template/metadata", { labels: { app: "y" }, annotations: { z: "1" } }),
      ],
    });

    expect(job.metadata?.labels).toMatchObject({ team: "data", "slipway.dev/open": "true" });
    expect(job.metadata?.annotations).toMatchObject({ note: "x", "slipway.dev/id": "run-1" });
    expect(job.spec?.template.metadata).toMatchObject({
      labels: { app: "y", "slipway.dev/open": "true" },
      annotations: { z: "1" },
    });
  });

  test.each<[string, PatchOperation]>([
    ["the labels", { op: "remove", path: "/metadata/labels" }],
    ["the labels by null", set("/metadata/labels", null)],
    ["the pods' metadata", set("/spec/template/metadata", null)],
    ["the annotations", set("/metadata/annotations", null)],
  ])("are there whatever a patch does to %s", (_title, operation) => {
    const job = aJob({ customizations: [operation] });

    expect(job.metadata?.labels).toMatchObject({ "slipway.dev/run": hashRunId("run-1") });
    expect(job.metadata?.annotations).toMatchObject({ "slipway.dev/id": "run-1" });
    expect(job.spec?.template.metadata?.labels).toMatchObject({ "slipway.dev/open": "true" });
  });

  test("tell of a namespace in the base manifest that the field overrides", () => {
    const job = JSON.parse(JSON.stringify(aBase({ metadata: { labels: {}, namespace: "flows" } })));

    const { metadata } = aJob({ job, namespace: "etl" });

    expect(metadata?.namespace).toBe("etl");
    expect(JSON.parse(metadata?.annotations?.["slipway.dev/warnings"] ?? "[]")).toEqual([
      `the base manifest's namespace "flows" gave way to the field namespace, which is "etl"`,
    ]);
  });
});

describe("the limits of a run", () => {
  test("keep a TTL of the request for later, when its result is out", () => {
    const job = aJob({ customizations: [setInSpec("ttlSecondsAfterFinished", 0)] });

    expect(job.spec).not.toHaveProperty("ttlSecondsAfterFinished");
    expect(job.metadata?.annotations).toMatchObject({
      "slipway.dev/ttl-seconds-after-finished": "0",
    });
  });

  test.each([
    [60, undefined, 60, 720],
    [undefined, 60, undefined, 60],
    [60, 30, 60, 30],
    [30, 60, 30, 60],
    [undefined, undefined, undefined, undefined],
    [30, null, 30, 690],
  ])(
    "make of timeout_seconds %s and a deadline %s the pod's %s and the Job's %s",
    (timeout, own, pod, job) => {
      const customizations = own === undefined ? [] : [setInSpec("activeDeadlineSeconds", own)];

      const { spec } = aJob({ timeout_seconds: timeout ?? null, customizations });

      expect(spec?.template.spec?.activeDeadlineSeconds).toBe(pod);
      expect(spec?.activeDeadlineSeconds).toBe(job);
    },
  );

  test.each([
    ["more than one attempt", setInSpec("backoffLimit", 2)],
    ["more than one pod", setInSpec("completions", 2)],
  ])("leave the deadline of all its pods to a Job with %s", (_, change) => {
    const { spec } = aJob({ timeout_seconds: 60, customizations: [change] });

    expect(spec?.template.spec).not.toHaveProperty("activeDeadlineSeconds");
    expect(spec?.activeDeadlineSeconds).toBe(60);
  });

  test.each([
    ["none is set", [], 0],
    ["null is set", [setInSpec("backoffLimit", null)], 0],
    ["the request sets one", [setInSpec("backoffLimit", 3)], 3],
    ["each index has one of its own", [setInSpec("backoffLimitPerIndex", 1)], undefined],
  ])("make the number of retries right where %s", (_title, customizations, backoffLimit) => {
    expect(aJob({ customizations }).spec?.backoffLimit).toBe(backoffLimit);
  });
});

describe("the failure policy", () => {
  const policyOf = (...customizations: PatchOperation[]) =>
    aJob({ customizations }).spec?.podFailurePolicy;
  const ownPolicy = { rules: [{ action: "Ignore", onPodConditions: [] }] };

  test.each<[string, PatchOperation[]]>([
    ["retries are asked for", [setInSpec("backoffLimit", 1)]],
    ["retries per index are asked for", [setInSpec("backoffLimitPerIndex", 0)]],
    ["containers restart in place", [setInPod("restartPolicy", "OnFailure")]],
    [
      "pods are replaced before they are gone",
      [setInSpec("podReplacementPolicy", "TerminatingOrFailed")],
    ],
  ])("is left out where %s", (_title, operations) => {
    expect(policyOf(...operations)).toBeUndefined();
  });

  test("is the request's own where it has one", () => {
    expect(policyOf(setInSpec("podFailurePolicy", ownPolicy))).toEqual(ownPolicy);
  });

  test.each<[string, PatchOperation[], string]>([
    ["it was renamed", [setInPod("containers/0/name", "main")], "main"],
    [
      "another one was put in front",
      [setInPod("containers/0", { name: "proxy", image: "envoy" })],
      "prefect-job",
    ],
    [
      "a sidecar is beside it",
      [setInPod("containers/-", { name: "proxy", image: "envoy" })],
      "prefect-job",
    ],
    [
      "init containers and sidecars run before it",
      [setInPod("initContainers", [{ name: "proxy", image: "envoy", restartPolicy: "Always" }])],
      "prefect-job",
    ],
  ])("watches the main container where %s", (_title, operations, containerName) => {
    expect(policyOf(...operations)?.rules[1]?.onExitCodes?.containerName).toBe(containerName);
  });
});

describe("what is honoured as it is", () => {
  test.each<[string, PatchOperation[]]>([
    ["suspend", [setInSpec("suspend", true)]],
    ["many completions", [setInSpec("completions", 10_000), setInSpec("parallelism", 50)]],
    ["a work queue", [setInSpec("completions", null), setInSpec("parallelism", 5)]],
    ["an Indexed Job", [setInSpec("completionMode", "Indexed")]],
    ["endless retries", [setInSpec("backoffLimit", 2_147_483_647)]],
    ["the cluster's own controller", [setInSpec("managedBy", "kubernetes.io/job-controller")]],
    ["a GPU", [setInPod("containers/0/resources", { limits: { "nvidia.com/gpu": 1 } })]],
    ["a host path", [setInPod("volumes", [{ name: "host", hostPath: { path: "/" } }])]],
    ["the host's namespaces", [setInPod("hostNetwork", true), setInPod("hostPID", true)]],
    ["a privileged container", [setInPod("containers/0/securityContext", { privileged: true })]],
    [
      "a node and tolerations",
      [setInPod("nodeName", "n"), setInPod("tolerations", [{ operator: "Exists" }])],
    ],
    ["a priority", [setInPod("priorityClassName", "system-node-critical")]],
    ["a working directory", [setInPod("containers/0/workingDir", "/proc/self/fd/8")]],
    ["a field that is newer than this program", [setInSpec("someNewField", { a: [1] })]],
  ])("%s", (_title, customizations) => {
    const job = JSON.parse(JSON.stringify(aJob({ customizations }))) as unknown;

    for (const operation of customizations)
      expect(job).toHaveProperty(
        operation.path.slice(1).split("/"),
        "value" in operation ? operation.value : undefined,
      );
  });
});

/** The least of base manifests, with something over it. */
function aBase(over: Record<string, unknown>): Record<string, unknown> {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { labels: {} },
    spec: {
      parallelism: 1,
      completions: 1,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "prefect-job", env: [] }] },
      },
    },
    ...over,
  };
}
