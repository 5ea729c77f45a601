import { describe, expect, test } from "vitest";
import { hashRunId } from "../../../../lib/runs/names.ts";
import { refusalOfJob } from "../../../support/kubernetes-runs.ts";

const NAME = `prefect-job-${hashRunId("run-1")}`;

const BASE = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: {} },
  spec: {
    parallelism: 1,
    completions: 1,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "prefect-job", env: [] }] } },
  },
};

const add = (path: string, value: unknown) => ({ op: "add", path, value });

const problemsOfPatch = (...customizations: unknown[]) => refusalOfJob({ customizations }).problems;

describe("a patch that would break a promise is refused by its place, its value and what was expected:", () => {
  test.each<[string, string, unknown, string]>([
    ["another kind", "/kind", "Pod", '/kind is "Pod"; expected Job'],
    ["another API", "/apiVersion", "v1", '/apiVersion is "v1"; expected batch/v1'],
    [
      "another name",
      "/metadata/name",
      "mine",
      `/metadata/name is "mine"; expected none: it is ${NAME}`,
    ],
    [
      "a generated name",
      "/metadata/generateName",
      "x-",
      '/metadata/generateName is "x-"; expected none: the name derives from the run\'s id',
    ],
    [
      "another namespace",
      "/metadata/namespace",
      "kube-system",
      '/metadata/namespace is "kube-system"; expected default',
    ],
    [
      "a finalizer",
      "/metadata/finalizers",
      ["x.io/y"],
      "/metadata/finalizers is a value of type array; expected none: a Job that others hold",
    ],
    [
      "a pod's finalizer",
      "/spec/template/metadata",
      { finalizers: ["x.io/y"] },
      "/spec/template/metadata/finalizers is a value of type array; expected none",
    ],
    [
      "an owner",
      "/metadata/ownerReferences",
      [{ uid: "x" }],
      "/metadata/ownerReferences is a value of type array; expected none: the cluster would remove",
    ],
    ["a uid", "/metadata/uid", "x", '/metadata/uid is "x"; expected none: the cluster sets it'],
    ["a version", "/metadata/resourceVersion", "1", "expected none: the cluster sets it"],
    [
      "a status",
      "/status",
      { succeeded: 1 },
      "/status is a value of type object; expected none: the cluster sets it",
    ],
    [
      "our label",
      "/metadata/labels/slipway.dev~1open",
      "false",
      '/metadata/labels/slipway.dev~1open is "false"; expected none: slipway.dev/ is for Slipway to set',
    ],
    [
      "our annotation",
      "/metadata/annotations",
      { "slipway.dev/id": "other" },
      '/metadata/annotations/slipway.dev~1id is "other"; expected none',
    ],
    [
      "our label on pods",
      "/spec/template/metadata",
      { labels: { "slipway.dev/run": "x" } },
      "/spec/template/metadata/labels/slipway.dev~1run is",
    ],
    [
      "our annotation on pods",
      "/spec/template/metadata",
      { annotations: { "slipway.dev/x": "x" } },
      "/spec/template/metadata/annotations/slipway.dev~1x is",
    ],
    [
      "a label that is no text",
      "/metadata/labels/a",
      1,
      "/metadata/labels/a is 1; expected a text",
    ],
    [
      "labels that are no object",
      "/metadata/labels",
      ["a"],
      "/metadata/labels is a value of type array",
    ],
    [
      "a foreign controller",
      "/spec/managedBy",
      "x.io/y",
      '/spec/managedBy is "x.io/y"; expected kubernetes.io/job-controller',
    ],
    [
      "a selector",
      "/spec/selector",
      { matchLabels: { a: "b" } },
      "/spec/selector is a value of type object; expected none",
    ],
    [
      "a manual selector",
      "/spec/manualSelector",
      true,
      "/spec/manualSelector is true; expected false",
    ],
    [
      "suspend that is no boolean",
      "/spec/suspend",
      "yes",
      '/spec/suspend is "yes"; expected true or false',
    ],
    [
      "a million pods at once",
      "/spec/parallelism",
      1e6,
      "/spec/parallelism is 1000000; expected a whole number from 1 to 10000",
    ],
    [
      "no pods",
      "/spec/parallelism",
      0,
      "/spec/parallelism is 0; expected a whole number from 1 to 10000",
    ],
    ["a million completions", "/spec/completions", 1e6, "/spec/completions is 1000000; expected"],
    ["no completions", "/spec/completions", 0, "/spec/completions is 0; expected"],
    [
      "retries below zero",
      "/spec/backoffLimit",
      -1,
      "/spec/backoffLimit is -1; expected a whole number from 0 to 2147483647",
    ],
    ["retries beyond the type", "/spec/backoffLimit", 2 ** 31, "/spec/backoffLimit is 2147483648"],
    [
      "a deadline of 0",
      "/spec/activeDeadlineSeconds",
      0,
      "/spec/activeDeadlineSeconds is 0; expected a whole number from 1 to",
    ],
    ["a deadline of -1", "/spec/activeDeadlineSeconds", -1, "/spec/activeDeadlineSeconds is -1"],
    ["a deadline of 1.5", "/spec/activeDeadlineSeconds", 1.5, "/spec/activeDeadlineSeconds is 1.5"],
    [
      "a deadline in words",
      "/spec/activeDeadlineSeconds",
      "60",
      '/spec/activeDeadlineSeconds is "60"',
    ],
    [
      "a pod's deadline of 0",
      "/spec/template/spec/activeDeadlineSeconds",
      0,
      "/spec/template/spec/activeDeadlineSeconds is 0",
    ],
    [
      "a TTL below zero",
      "/spec/ttlSecondsAfterFinished",
      -1,
      "/spec/ttlSecondsAfterFinished is -1",
    ],
    [
      "a TTL of half a second",
      "/spec/ttlSecondsAfterFinished",
      0.5,
      "/spec/ttlSecondsAfterFinished is 0.5",
    ],
    [
      "endless restarts",
      "/spec/template/spec/restartPolicy",
      "Always",
      '/spec/template/spec/restartPolicy is "Always"; expected Never or OnFailure',
    ],
    [
      "no restart policy",
      "/spec/template/spec/restartPolicy",
      null,
      "/spec/template/spec/restartPolicy is missing; expected Never or OnFailure",
    ],
    [
      "an endless farewell",
      "/spec/template/spec/terminationGracePeriodSeconds",
      1e9,
      "terminationGracePeriodSeconds is 1000000000; expected a whole number from 0 to 86400",
    ],
    [
      "no containers",
      "/spec/template/spec/containers",
      [],
      "/spec/template/spec/containers is a value of type array; expected a list of containers with names",
    ],
    [
      "containers without names",
      "/spec/template/spec/containers/-",
      { image: "x" },
      "expected a list of containers with names",
    ],
    ["no pod", "/spec/template", null, "/spec/template is missing; expected an object"],
    [
      "metadata that is no object",
      "/metadata",
      [],
      "/metadata is a value of type array; expected an object",
    ],
    [
      "pod metadata that is no object",
      "/spec/template/metadata",
      "x",
      '/spec/template/metadata is "x"; expected an object',
    ],
    ["a List instead", "", { apiVersion: "v1", kind: "List", items: [] }, "/apiVersion is"],
    ["a text instead", "", "x", "/apiVersion is missing"],
  ])("%s", (_title, path, value, message) => {
    const problems = problemsOfPatch({ op: "test", path: "/kind", value: "Job" }, add(path, value));

    expect(problems.map((problem) => problem.message).join("\n")).toContain(message);
    expect(problems[0]?.path).toBe("infrastructure.customizations[1]");
  });

  test("what takes our own fields away is refused, too", () => {
    expect(problemsOfPatch({ op: "remove", path: "/metadata/name" })[0]?.message).toMatch(
      /^\/metadata\/name is missing; expected none: it is prefect-job-/,
    );
    expect(problemsOfPatch({ op: "remove", path: "/metadata/namespace" })[0]?.message).toMatch(
      /^\/metadata\/namespace is missing; expected default/,
    );
    expect(problemsOfPatch({ op: "remove", path: "/metadata/finalizers" })).toEqual([
      {
        path: "infrastructure.customizations[0]",
        message: 'remove "/metadata/finalizers": there is nothing at "/metadata/finalizers"',
      },
    ]);
  });

  test("who only tested a value is not to blame for it", () => {
    const problems = problemsOfPatch(add("/spec/suspend", 1), {
      op: "test",
      path: "/spec/suspend",
      value: 1,
    });

    expect(problems[0]?.path).toBe("infrastructure.customizations[0]");
  });

  test("everything that is wrong is told at once", () => {
    const problems = problemsOfPatch(
      add("/spec/suspend", 1),
      add("/spec/backoffLimit", -1),
      add("/metadata/generateName", "x"),
    );

    expect(problems.map(({ path }) => path).sort()).toEqual([
      "infrastructure.customizations[0]",
      "infrastructure.customizations[1]",
      "infrastructure.customizations[2]",
    ]);
  });
});

describe("a base manifest", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["a name of its own", { metadata: { labels: {}, name: "mine" } }, '/metadata/name is "mine"'],
    [
      "a generated name",
      { metadata: { labels: {}, generateName: "x-" } },
      "/metadata/generateName",
    ],
    ["an owner", { metadata: { labels: {}, ownerReferences: [{}] } }, "/metadata/ownerReferences"],
    [
      "our labels",
      { metadata: { labels: { "slipway.dev/open": "false" } } },
      "/metadata/labels/slipway.dev~1open is",
    ],
    ["a status", { status: { active: 1 } }, "/status is"],
  ])("with %s is refused at its place", (_title, over, message) => {
    const { problems } = refusalOfJob({ job: { ...BASE, ...over } });

    expect(problems).toEqual([
      { path: "infrastructure.job", message: expect.stringContaining(message) },
    ]);
  });
});

describe("a plain field", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["no image anywhere", { image: null }, "infrastructure.image: is required: neither the base"],
    [
      "an image that is an option",
      { image: "-v/:/h" },
      'infrastructure.image: expected the reference of an image, got "-v/:/h"',
    ],
    ["an image with a space", { image: "a b" }, "infrastructure.image: expected"],
    ["an image with a line break", { image: "a\nb" }, "infrastructure.image: expected"],
    [
      "a namespace that leaves the URL",
      { namespace: "../../x" },
      'infrastructure.namespace: expected the name of a namespace, got "../../x"',
    ],
    [
      "a namespace with a query",
      { namespace: "a?force=true" },
      "infrastructure.namespace: expected",
    ],
    ["a namespace in capitals", { namespace: "Default" }, "infrastructure.namespace: expected"],
    [
      "a namespace that is too long",
      { namespace: "a".repeat(64) },
      "infrastructure.namespace: expected",
    ],
  ])("with %s is refused", (_title, fields, message) => {
    const refusal = refusalOfJob(fields);

    expect(refusal).toMatchObject({ code: "Invalid", retryable: false });
    expect(refusal.message).toContain(message);
  });

  test.each([
    [10, "is too long by 1 for an Indexed Job of 10 completions"],
    [100, "is too long by 2 for an Indexed Job of 100 completions"],
  ])("with a name that leaves no room for %i indexes is refused", (completions, message) => {
    const customizations = [
      add("/spec/completionMode", "Indexed"),
      add("/spec/completions", completions),
    ];

    expect(refusalOfJob({ name: "a".repeat(45), customizations }).problems).toEqual([
      { path: "infrastructure.name", message },
    ]);
  });
});

describe("a manifest that is too large", () => {
  test("is refused, for it could never be created", () => {
    const env = { BIG: "x".repeat(1_600_000) };

    expect(refusalOfJob({ env }).message).toMatch(
      /^infrastructure: the manifest has \d+ bytes; at most 1572864 fit$/,
    );
  });

  test.each([
    ["/metadata/annotations", "/metadata/annotations has"],
    ["/spec/template/metadata", "/spec/template/metadata/annotations has"],
  ])("in its annotations at %s is refused", (path, message) => {
    const annotations = { note: "é".repeat(140_000) };
    const value = path.endsWith("annotations") ? annotations : { annotations };

    expect(refusalOfJob({ customizations: [add(path, value)] }).message).toContain(message);
  });

  test("shows nothing of what is in it", () => {
    const env = { PASSWORD: "hunter2".repeat(300_000) };

    expect(refusalOfJob({ env }).message).not.toContain("hunter2");
  });
});
