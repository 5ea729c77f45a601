import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SPEC_SCHEMAS } from "../../../lib/runs/infrastructure.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import { parseSpec } from "../../../lib/runs/request.ts";
import { toSnakeCase } from "../../../lib/runs/spelling.ts";

const kubernetes = { type: "kubernetes-job", image: "busybox" };
const docker = { type: "docker-container", image: "busybox" };
const aProcess = { type: "process" };

function problemsOf(spec: Record<string, unknown>) {
  try {
    parseSpec(spec);
  } catch (error) {
    if (error instanceof LaunchError) return error.problems;
    throw error;
  }
  return [];
}

describe("blocks as Prefect 2.2 stores them", () => {
  const bookkeeping = {
    _block_document_id: "4b5b6c1e-0000-4000-8000-000000000000",
    _block_document_name: "prod",
    _is_anonymous: false,
    block_type_slug: "kubernetes-job",
  };

  test("a KubernetesJob is taken as it is", () => {
    const block = {
      ...bookkeeping,
      type: "kubernetes-job",
      env: {},
      labels: {},
      name: null,
      command: ["python", "-m", "prefect.engine"],
      cluster_config: null,
      customizations: [{ op: "add", path: "/spec/template/spec/nodeSelector", value: { a: "b" } }],
      image: "prefecthq/prefect:2.2.0-python3.9",
      image_pull_policy: "IfNotPresent",
      job: {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { labels: {} },
        spec: { template: { spec: { containers: [{ name: "prefect-job", env: [] }] } } },
      },
      job_watch_timeout_seconds: 5,
      namespace: "default",
      pod_watch_timeout_seconds: 60,
      service_account_name: null,
      stream_output: true,
    };
    const { cluster_config, name, service_account_name, ...set } = block;

    const expected: Record<string, unknown> = { ...set };
    for (const key of Object.keys(bookkeeping)) delete expected[key];
    expect(parseSpec(block)).toEqual(expected);
  });

  test("a DockerContainer with its registry is taken as it is", () => {
    const block = {
      ...bookkeeping,
      type: "docker-container",
      env: { A: "1" },
      labels: {},
      name: "x",
      command: null,
      image: "registry:5000/a/b:1",
      image_pull_policy: "IF_NOT_PRESENT",
      image_registry: {
        ...bookkeeping,
        username: "runner",
        password: "pa:ss word",
        registry_url: null,
        reauth: true,
      },
      networks: [],
      network_mode: null,
      auto_remove: false,
      volumes: [],
      stream_output: true,
    };

    expect(parseSpec(block)).toEqual({
      type: "docker-container",
      env: { A: "1" },
      labels: {},
      name: "x",
      command: ["python", "-m", "prefect.engine"],
      image: "registry:5000/a/b:1",
      image_pull_policy: "IF_NOT_PRESENT",
      image_registry: { username: "runner", password: "pa:ss word", reauth: true },
      networks: [],
      auto_remove: false,
      volumes: [],
      stream_output: true,
    });
  });

  test("a Process is taken as it is", () => {
    const block = { ...bookkeeping, type: "process", env: {}, labels: {}, name: null, command: [] };

    expect(parseSpec(block)).toEqual({
      type: "process",
      env: {},
      labels: {},
      command: [],
      stream_output: true,
    });
  });
});

describe("every field", () => {
  const least = { "kubernetes-job": kubernetes, "docker-container": docker, process: aProcess };
  const fields = Object.entries(SPEC_SCHEMAS).flatMap(([type, { shape }]) =>
    Object.keys(shape)
      .filter((field) => field !== "type")
      .map((field) => ({ spec: least[type as keyof typeof least], field })),
  );
  const optional = fields.filter(({ spec, field }) => spec !== docker || field !== "image");

  test.each(fields)("$spec.type.$field has a camelCase spelling of its own", ({ spec, field }) => {
    const camel = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

    expect(toSnakeCase(camel)).toBe(field);
    expect(problemsOf({ ...spec, [camel]: Symbol() })[0]?.path).toBe(`infrastructure.${field}`);
  });

  test.each(fields)(
    "$spec.type.$field says what it expected when it is wrong",
    ({ spec, field }) => {
      expect(problemsOf({ ...spec, [field]: Symbol() })).toEqual([
        { path: `infrastructure.${field}`, message: expect.stringMatching(/expected .{3}/) },
      ]);
    },
  );

  test.each(optional)("$spec.type.$field counts as unset where it is null", ({ spec, field }) => {
    expect(problemsOf({ ...spec, [field]: null })).toEqual([]);
  });
});

describe("a wrong value", () => {
  test.each([
    [{ ...docker, image: undefined }, "infrastructure.image", "is required: expected string"],
    [
      { ...docker, image: "" },
      "infrastructure.image",
      'expected string to have >=1 characters, got ""',
    ],
    [{ ...aProcess, command: "true" }, "infrastructure.command", 'expected array, got "true"'],
    [
      { ...aProcess, command: ["a", 1] },
      "infrastructure.command[1]",
      "expected string, got a value of type number",
    ],
    [
      { ...aProcess, command: ["a\0"] },
      "infrastructure.command[0]",
      /without a NUL character, got a text of 2 characters/,
    ],
    [{ ...aProcess, env: { "A=B": "v" } }, "infrastructure.env[A=…]", /holds no `=`$/],
    [{ ...aProcess, env: { "": "v" } }, 'infrastructure.env[""]', /not empty/],
    [
      { ...aProcess, env: { A: 1 } },
      "infrastructure.env.A",
      "expected string, got a value of type number",
    ],
    [
      { ...aProcess, env: { A: "hunter2\0" } },
      "infrastructure.env.A",
      /without a NUL character, got a value of type string$/,
    ],
    [{ ...aProcess, env: [] }, "infrastructure.env", "expected object, got a value of type array"],
    [{ ...aProcess, labels: { a: 1 } }, "infrastructure.labels.a", "expected string, got 1"],
    [{ ...aProcess, name: "x".repeat(1_001) }, "infrastructure.name", /<=1000 characters/],
    [
      { ...aProcess, timeout_seconds: 0 },
      "infrastructure.timeout_seconds",
      "expected number to be >0, got 0",
    ],
    [
      { ...aProcess, timeout_seconds: 1.5 },
      "infrastructure.timeout_seconds",
      "expected int, got 1.5",
    ],
    [
      { ...aProcess, timeout_seconds: Number.POSITIVE_INFINITY },
      "infrastructure.timeout_seconds",
      "expected number, got Infinity",
    ],
    [
      { ...aProcess, stream_output: "yes" },
      "infrastructure.stream_output",
      'expected boolean, got "yes"',
    ],
    [
      { ...docker, image_pull_policy: "sometimes" },
      "infrastructure.image_pull_policy",
      /expected one of ALWAYS, NEVER, IF_NOT_PRESENT, .*, got "sometimes"$/,
    ],
    [
      { ...docker, image_registry: { username: "a" } },
      "infrastructure.image_registry.password",
      "is required: expected string",
    ],
    [
      { ...docker, image_registry: { username: "a", password: 5 } },
      "infrastructure.image_registry.password",
      "expected string, got a value of type number",
    ],
    [
      { ...docker, image_registry: [{ password: "hunter2" }] },
      "infrastructure.image_registry",
      "expected string or object, got a value of type array",
    ],
    [{ ...docker, gpus: 0 }, "infrastructure.gpus", /expected .*, got 0/],
    [
      { ...docker, mem_limit: true },
      "infrastructure.mem_limit",
      "expected number or string, got true",
    ],
    [
      { ...docker, networks: [{ password: "hunter2" }] },
      "infrastructure.networks[0]",
      "expected string, got a value of type object",
    ],
    [
      { ...kubernetes, customizations: {} },
      "infrastructure.customizations",
      "expected array, got a value of type object",
    ],
    [
      { ...kubernetes, customizations: [{ op: "add", path: "/a" }] },
      "infrastructure.customizations[0].value",
      "is required: expected a value",
    ],
    [
      { ...kubernetes, customizations: [{ op: "go", path: "/a" }] },
      "infrastructure.customizations[0].op",
      /expected one of 'add'.*got "go"/,
    ],
    [
      { ...kubernetes, customizations: [{ op: "remove", path: "a" }] },
      "infrastructure.customizations[0].path",
      /JSON pointer such as \/spec\/template, got "a"/,
    ],
    [
      { ...kubernetes, customizations: [{ op: "remove", path: "/a~2" }] },
      "infrastructure.customizations[0].path",
      /JSON pointer/,
    ],
    [
      { ...kubernetes, customizations: [{ op: "copy", path: "/a" }] },
      "infrastructure.customizations[0].from",
      /is required/,
    ],
    [{ ...kubernetes, job: "x" }, "infrastructure.job", 'expected object, got "x"'],
    [
      { ...kubernetes, cluster_config: 5 },
      "infrastructure.cluster_config",
      "expected string or object, got 5",
    ],
    [
      { ...kubernetes, image: "https://u:hunter2@x", namespace: 5 },
      "infrastructure.namespace",
      "expected string, got 5",
    ],
    [
      { ...docker, volumes: "postgres://u:hunter2@h/d" },
      "infrastructure.volumes",
      "expected array, got a text of 24 characters",
    ],
  ])("%# %j is refused", (spec, path, message) => {
    const problems = problemsOf(spec as Record<string, unknown>);

    expect(problems).toEqual([
      { path, message: typeof message === "string" ? message : expect.stringMatching(message) },
    ]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });
});

test.each(["Always", "ALWAYS"])("Docker takes the pull policy as %s", (policy) => {
  expect(parseSpec({ ...docker, imagePullPolicy: policy })).toMatchObject({
    image_pull_policy: "ALWAYS",
  });
});

test("the keys of free objects are never spelled anew", () => {
  const spec = {
    ...kubernetes,
    env: { someName: "1" },
    labels: { someLabel: "1" },
    job: { apiVersion: "batch/v1" },
    clusterConfig: { clusterName: "x" },
  };

  expect(parseSpec(spec)).toMatchObject({
    env: { someName: "1" },
    labels: { someLabel: "1" },
    job: { apiVersion: "batch/v1" },
    cluster_config: { clusterName: "x" },
  });
});

test("whatever the fields hold, it is a spec or a classified refusal that shows no env value", () => {
  const secret = "c4n4ry";
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(...[secret, [secret], { [secret]: secret }, [[{ value: secret }]]]),
  );
  const field = fc.constantFrom(...Object.keys(SPEC_SCHEMAS["docker-container"].shape));
  const fields = fc.dictionary(fc.oneof(field, fc.string({ maxLength: 5 })), value, {
    noNullPrototype: true,
  });

  fc.assert(
    fc.property(
      fc.constantFrom("process", "docker-container", "kubernetes-job"),
      fields,
      (type, rest) => {
        const problems = problemsOf({ ...rest, type, env: { A: { nested: secret } } });

        expect(problems.find(({ path }) => path === "infrastructure.env.A")?.message).not.toContain(
          secret,
        );
      },
    ),
  );
});
