import { describe, expect, test } from "vitest";
import { baseJob } from "../../../../lib/backends/kubernetes/manifest/base-job.ts";
import { aJob, refusalOf, refusalOfJob } from "../../../support/kubernetes-runs.ts";

/** What Prefect 2.2 itself takes as the least. */
const prefectBase = () => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: {} },
  spec: {
    template: {
      spec: {
        parallelism: 1,
        completions: 1,
        restartPolicy: "Never",
        containers: [{ name: "prefect-job", env: [] }],
      },
    },
  },
});

type Base = ReturnType<typeof prefectBase>;

/** Prefect's base with something about it changed. */
function changed(change: (base: Record<string, never> & Base) => unknown) {
  const base = prefectBase() as Record<string, never> & Base;
  change(base);
  return base as Record<string, unknown>;
}

const without = (object: object, ...keys: string[]) =>
  keys.forEach((key) => {
    Reflect.deleteProperty(object, key);
  });

const problemsOf = (job: Record<string, unknown>) =>
  refusalOf(() => baseJob(job, "job")).problems.map(({ message }) => message);

describe("a base manifest", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["nothing at all", {}, "/apiVersion, /kind, /metadata, /spec"],
    ["no metadata", changed((it) => without(it, "metadata")), "/metadata"],
    ["no labels", changed((it) => without(it.metadata, "labels")), "/metadata/labels"],
    [
      "no restart policy and no labels",
      changed((it) => {
        without(it.spec.template.spec, "restartPolicy");
        without(it.metadata, "labels");
      }),
      "/metadata/labels, /spec/template/spec/restartPolicy",
    ],
    [
      "no counts, in neither spec",
      changed((it) => without(it.spec.template.spec, "parallelism", "completions")),
      "/spec/completions, /spec/parallelism",
    ],
    [
      "no containers",
      changed((it) => without(it.spec.template.spec, "containers")),
      "/spec/template/spec/containers",
    ],
    [
      "an empty list of containers",
      changed((it) => it.spec.template.spec.containers.pop()),
      "/spec/template/spec/containers/0",
    ],
    [
      "no env",
      changed((it) => without(it.spec.template.spec.containers[0] ?? {}, "env")),
      "/spec/template/spec/containers/0/env",
    ],
  ])("with %s lacks required attributes", (_title, job, paths) => {
    expect(problemsOf(job)).toEqual([
      `Job is missing required attributes at the following paths: ${paths}`,
    ]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "of another kind",
      changed((it) => Object.assign(it, { kind: "Pod", apiVersion: "v1" })),
      '/apiVersion must have value "batch/v1", /kind must have value "Job"',
    ],
    [
      "with another restart policy",
      changed((it) => Object.assign(it.spec.template.spec, { restartPolicy: "OnFailure" })),
      '/spec/template/spec/restartPolicy must have value "Never"',
    ],
    [
      "with another container name",
      changed((it) => Object.assign(it.spec.template.spec.containers[0] ?? {}, { name: "main" })),
      '/spec/template/spec/containers/0/name must have value "prefect-job"',
    ],
    [
      "with labels of another type",
      changed((it) => Object.assign(it.metadata, { labels: null })),
      "/metadata/labels must have value {}",
    ],
    [
      "with an env of another type",
      changed((it) => Object.assign(it.spec.template.spec.containers[0] ?? {}, { env: {} })),
      "/spec/template/spec/containers/0/env must have value []",
    ],
    [
      "with a pod's count that never was one",
      changed((it) => Object.assign(it.spec.template.spec, { parallelism: 2 })),
      "/spec/template/spec/parallelism must have value 1",
    ],
  ])("%s has incompatible values", (_title, job, sentence) => {
    expect(problemsOf(job)).toEqual([
      `Job has incompatible values for the following attributes: ${sentence}`,
    ]);
  });

  test("is told everything at once, by its place in the request", () => {
    const job = changed((it) => {
      without(it.metadata, "labels");
      Object.assign(it, { kind: "Pod" });
    });

    expect(refusalOfJob({ job }).problems).toEqual([
      {
        path: "infrastructure.job",
        message: "Job is missing required attributes at the following paths: /metadata/labels",
      },
      {
        path: "infrastructure.job",
        message:
          'Job has incompatible values for the following attributes: /kind must have value "Job"',
      },
    ]);
  });

  test("may hold whatever it likes besides", () => {
    const job = changed((it) => {
      Object.assign(it.metadata.labels, { app: "etl" });
      Object.assign(it.spec, { completionMode: "Indexed", completions: 5, parallelism: 2 });
      Object.assign(it.spec.template.spec, {
        volumes: [],
        containers: [...it.spec.template.spec.containers, { name: "proxy", image: "envoy" }],
      });
    });

    expect(aJob({ job })).toMatchObject({
      metadata: { labels: { app: "etl" } },
      spec: {
        completionMode: "Indexed",
        completions: 5,
        parallelism: 2,
        template: {
          spec: { volumes: [], containers: [{ name: "prefect-job" }, { name: "proxy" }] },
        },
      },
    });
  });

  test("has its counts moved from the pod's spec to the Job's", () => {
    const job = baseJob(prefectBase(), "job");

    expect(job.spec).toMatchObject({ parallelism: 1, completions: 1 });
    expect(job).not.toHaveProperty("spec.template.spec.parallelism");
    expect(job).not.toHaveProperty("spec.template.spec.completions");
  });

  test("is ours where the request has none", () => {
    expect(baseJob(undefined, "job")).toEqual({
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
    });
  });

  test("of a request is never changed", () => {
    const job = prefectBase();

    aJob({ job, labels: { a: "b" } });

    expect(job).toEqual(prefectBase());
  });

  test.each([
    ["a number that JSON does not know", Number.NaN],
    ["a function", () => 1],
    ["nothing", undefined],
    ["a big integer", 1n],
  ])("with %s in it is refused", (_title, value) => {
    expect(problemsOf({ ...prefectBase(), odd: [{ value }] })).toEqual([
      "expected a value that JSON can carry",
    ]);
  });

  test("that nests without end is refused", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`);

    expect(problemsOf({ ...prefectBase(), deep })).toEqual(["nests deeper than 100 levels"]);
  });
});
