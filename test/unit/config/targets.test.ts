import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../lib/config/default-config.ts";
import { fieldsNaming, namedTarget, targetsOf } from "../../../lib/config/targets.ts";

const EVERYTHING = { kubernetes: true, docker: true, process: true };
const clusters = { lab: { context: "lab" } };

test("everything that is found on a machine is watched where nothing is configured", () => {
  const targets = targetsOf(DEFAULT_CONFIG, EVERYTHING);

  expect(targets).toEqual([
    { type: "kubernetes-job", name: "default" },
    { type: "docker-container", name: "default" },
    { type: "process", name: "default" },
  ]);
});

test("nothing is watched that is neither found nor configured", () => {
  expect(targetsOf(DEFAULT_CONFIG, { kubernetes: false, docker: false, process: false })).toEqual(
    [],
  );
});

test("what is found is watched beside what is configured, as long as requests may go there", () => {
  const config = { ...DEFAULT_CONFIG, clusters };
  const found = { ...EVERYTHING, docker: false, process: false };

  expect(targetsOf(config, found).map(({ name }) => name)).toEqual(["lab", "default"]);
  expect(targetsOf({ ...config, defaults: { "kubernetes-job": "lab" } }, found)).toEqual([
    { type: "kubernetes-job", name: "lab" },
  ]);
});

test("a request may name what is found only where that is watched", () => {
  const config = { ...DEFAULT_CONFIG, clusters };
  const elsewhere = { ...config, defaults: { "kubernetes-job": "lab" } };

  expect(namedTarget("kubernetes-job", "default", config).name).toBe("default");
  expect(() => namedTarget("kubernetes-job", "default", elsewhere)).toThrow(
    'the configuration has no clusters entry "default"; it has lab',
  );
});

test.each([
  ["what is found", {}, {}, "default", {}],
  ["what is found beside the configured", { clusters }, {}, "default", {}],
  ["what is configured", { clusters }, {}, "lab", { cluster_config: "lab" }],
  [
    "what is configured as default",
    { clusters },
    { "kubernetes-job": "lab" },
    "lab",
    { cluster_config: "lab" },
  ],
  [
    "what is configured under the name of what is found",
    { clusters: { ...clusters, default: clusters.lab } },
    { "kubernetes-job": "lab" },
    "default",
    { cluster_config: "default" },
  ],
])("a message names %s so that it gets there", (_, sections, defaults, name, fields) => {
  const config = { ...DEFAULT_CONFIG, ...sections, defaults };
  const target = { type: "kubernetes-job", name } as const;

  const named = fieldsNaming(target, config);

  expect(named).toEqual(fields);
  expect(namedTarget(target.type, named.cluster_config, config)).toEqual(target);
});
