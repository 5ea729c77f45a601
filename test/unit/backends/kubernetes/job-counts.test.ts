import { describe, expect, test } from "vitest";
import { aJob, refusalOfJob } from "../../../support/kubernetes-runs.ts";

const COUNTS = ["parallelism", "completions"] as const;
const inPod = (count: string) => `/spec/template/spec/${count}`;

/** What a stored base says where Prefect's own puts the counts. */
const storedBase = () => ({
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

const countsOf = (customizations: unknown[], fields: Record<string, unknown> = {}) => {
  const { spec } = aJob({ customizations, ...fields });
  expect(Object.keys(spec?.template.spec ?? {})).not.toEqual(expect.arrayContaining([...COUNTS]));
  return [spec?.parallelism, spec?.completions];
};

describe.each([
  ["our base", {}],
  ["a stored base", { job: storedBase() }],
])("a customization of %s that names a count in the pod's spec", (_, base) => {
  test.each(COUNTS)("means the Job's own %s, whatever it does", (count) => {
    const of = (...operations: unknown[]) => countsOf(operations, base)[COUNTS.indexOf(count)];

    expect(of({ op: "add", path: inPod(count), value: 3 })).toBe(3);
    expect(of({ op: "replace", path: inPod(count), value: 4 })).toBe(4);
    expect(of({ op: "remove", path: inPod(count) })).toBeUndefined();
    expect(
      of(
        { op: "test", path: inPod(count), value: 1 },
        { op: "replace", path: `/spec/${count}`, value: 5 },
        { op: "test", path: inPod(count), value: 5 },
      ),
    ).toBe(5);
  });

  test("means it where a value comes from or goes to, too", () => {
    const copy = { op: "copy", from: inPod("parallelism"), path: inPod("completions") };
    const add = { op: "add", path: inPod("parallelism"), value: 6 };
    const move = { op: "move", from: inPod("completions"), path: "/spec/backoffLimit" };

    expect(countsOf([add, copy], base)).toEqual([6, 6]);
    expect(aJob({ customizations: [move], ...base }).spec?.backoffLimit).toBe(1);
  });

  test("is found inside of what replaces the pod's spec, the template or the Job's spec", () => {
    const spec = { ...storedBase().spec.template.spec, parallelism: 2, completions: 4 };
    const [container] = spec.containers;
    const podSpec = { ...spec, containers: [{ ...container, image: "busybox" }] };
    const replace = (path: string, value: unknown) => [{ op: "replace", path, value }];

    expect(countsOf(replace("/spec/template/spec", podSpec), base)).toEqual([2, 4]);
    expect(countsOf(replace("/spec/template", { spec: podSpec }), base)).toEqual([2, 4]);
    expect(countsOf(replace("/spec", { template: { spec: podSpec } }), base)).toEqual([2, 4]);
  });
});

test("a count of the Job's own spec is the one that counts where a value has both", () => {
  const [container] = storedBase().spec.template.spec.containers;
  const template = {
    spec: { restartPolicy: "Never", parallelism: 2, containers: [{ ...container, image: "x" }] },
  };
  const value = { template, parallelism: 3, completions: 3 };

  expect(countsOf([{ op: "replace", path: "/spec", value }])).toEqual([3, 3]);
});

test.each(COUNTS)(
  "a %s that no Job can have is refused at the customization that sets it",
  (count) => {
    const customizations = [
      { op: "add", path: "/metadata/labels/a", value: "b" },
      { op: "add", path: inPod(count), value: 0 },
    ];

    expect(refusalOfJob({ customizations }).problems).toEqual([
      {
        path: "infrastructure.customizations[1]",
        message: expect.stringContaining(`/spec/${count} is 0; expected a whole number`),
      },
    ]);
  },
);
