import * as fc from "fast-check";

/** Places that matter, and others. */
const place = fc.oneof(
  fc.constantFrom(
    "",
    "/metadata",
    "/metadata/name",
    "/metadata/labels",
    "/metadata/labels/slipway.dev~1open",
    "/metadata/annotations",
    "/metadata/finalizers",
    "/spec",
    "/spec/suspend",
    "/spec/template",
    "/spec/template/metadata",
    "/spec/template/spec",
    "/spec/template/spec/containers",
    "/spec/template/spec/containers/0",
    "/spec/template/spec/containers/0/env/-",
    "/spec/template/spec/containers/-",
    "/spec/backoffLimit",
    "/spec/completionMode",
    "/__proto__/polluted",
    "/constructor/prototype/polluted",
  ),
  fc
    .array(fc.string({ maxLength: 5 }), { maxLength: 4 })
    .map((keys) =>
      keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    ),
);

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, {}, [], "Indexed", { labels: { "slipway.dev/run": "x" } }),
  fc.constant([{ name: "a", image: "b" }]),
  fc.integer(),
);

/** Any operation of a JSON patch, at places that matter as a rule. */
export const wildOperation = fc.oneof(
  fc.record({ op: fc.constantFrom("add", "replace", "test"), path: place, value }),
  fc.record({ op: fc.constant("remove"), path: place }),
  fc.record({ op: fc.constantFrom("move", "copy"), path: place, from: place }),
);

/** What people do, with what they would not. */
const operation = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom<unknown>(
      { op: "add", path: "/spec/ttlSecondsAfterFinished", value: 10 },
      { op: "add", path: "/spec/suspend", value: true },
      { op: "add", path: "/spec/backoffLimit", value: 2 },
      { op: "add", path: "/metadata/annotations", value: { a: "b" } },
      { op: "add", path: "/spec/template/metadata", value: { labels: { c: "d" } } },
      { op: "add", path: "/spec/template/spec/containers/-", value: { name: "x", image: "y" } },
      { op: "add", path: "/spec/template/spec/containers/0", value: { name: "x", image: "y" } },
      { op: "replace", path: "/spec/template/spec/restartPolicy", value: "OnFailure" },
      { op: "copy", from: "/metadata/labels", path: "/metadata/annotations" },
      { op: "remove", path: "/metadata/labels" },
    ),
  },
  wildOperation,
);

/** Mostly the tame one. */
function mostly<T>(tame: fc.Arbitrary<T>, wild: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 25, arbitrary: tame }, { weight: 1, arbitrary: wild });
}

const anything = fc.string({ unit: "binary", maxLength: 80 });
const word = mostly(fc.stringMatching(/^[a-zA-Z][\w .é-]{0,70}$/), anything);

const BASE_JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: { a: "b" } },
  spec: {
    template: {
      spec: {
        parallelism: 1,
        completions: 1,
        restartPolicy: "Never",
        containers: [{ name: "prefect-job", env: [{ name: "A", value: "b" }] }],
      },
    },
  },
};

/** A kubernetes-job as somebody might send it, right or wrong. */
export const kubernetesJob = fc.record(
  {
    type: fc.constant("kubernetes-job"),
    image: mostly(fc.constant("busybox"), anything),
    name: anything,
    namespace: mostly(fc.constantFrom("default", "etl"), anything),
    labels: fc.dictionary(word, word, { maxKeys: 3 }),
    env: fc.dictionary(word, fc.option(word), { maxKeys: 3 }),
    command: fc.array(word, { maxLength: 3 }),
    timeout_seconds: fc.option(fc.integer({ min: 1, max: 1_000 })),
    job: mostly(fc.constant<unknown>(BASE_JOB), fc.constantFrom<unknown>({}, { kind: "Pod" })),
    customizations: fc.array(operation, { maxLength: 4 }),
  },
  { requiredKeys: ["type", "image"] },
);
