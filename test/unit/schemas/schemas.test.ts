import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { SPEC_SCHEMAS } from "../../../lib/runs/infrastructure.ts";
import { toRequest } from "../../../lib/runs/request.ts";
import { State } from "../../../lib/runs/result.ts";
import { schemaFiles } from "../../../scripts/json-schemas.ts";
import { aResult } from "../../support/results.ts";

const folder = join(import.meta.dirname, "..", "..", "..", "schemas");
const stored = (name: string) => readFileSync(join(folder, name), "utf8");

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const isRequest = ajv.compile(JSON.parse(stored("request.schema.json")));
const isResult = ajv.compile(JSON.parse(stored("result.schema.json")));

test.each(Object.entries(schemaFiles()))("%s is current (npm run schemas)", (name, text) => {
  expect(stored(name)).toBe(text);
});

const id = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
const run = (infrastructure: unknown) => ({ id, infrastructure });
const accepts = (value: unknown) => {
  try {
    toRequest(value, { nightly: { type: "process" } });
    return true;
  } catch {
    return false;
  }
};

describe("what the request's schema accepts, Slipway accepts:", () => {
  test.each([
    run({ type: "process" }),
    run({ type: "process", command: ["true"], env: { A: null, B: "" }, timeoutSeconds: 5 }),
    run({ type: "docker-container", image: "busybox", imagePullPolicy: "Always", gpus: "all" }),
    run({ type: "docker-container", image: "busybox", image_pull_policy: null, networks: null }),
    run({
      type: "docker-container",
      image: "busybox",
      imageRegistry: { username: "u", password: "p", registryUrl: null, _block_type_id: "x" },
    }),
    run({ type: "docker-container", image: "busybox", mem_limit: "512m", extra_hosts: { a: "b" } }),
    run({
      type: "kubernetes-job",
      job: {},
      customizations: [{ op: "add", path: "/a", value: null }],
    }),
    run({ type: "kubernetes-job", image: "busybox", cluster_config: null, _is_anonymous: true }),
    run("nightly"),
    run({ use: "nightly", env: { A: "1" } }),
    { ...run({ type: "process" }), action: "run" },
    { ...run({ type: "process" }), action: null },
    { ...run({ type: "process" }), action: "cancel", graceSeconds: 5 },
    { ...run({ type: "docker-container" }), action: "cancel", grace_seconds: null },
  ])("%j", (request) => {
    expect([isRequest(request), isRequest.errors]).toEqual([true, null]);
    expect(accepts(request)).toBe(true);
  });
});

describe("what the request's schema refuses, Slipway refuses:", () => {
  test.each([
    null,
    [],
    {},
    { id },
    { infrastructure: { type: "process" } },
    run(null),
    run({}),
    run({ type: "vm" }),
    run({ type: "process", comand: [] }),
    run({ type: "process", command: "true" }),
    run({ type: "process", env: { "A=B": "" } }),
    run({ type: "process", env: { A: 1 } }),
    run({ type: "docker-container" }),
    run({ type: "docker-container", image: null }),
    run({ type: "docker-container", image: "" }),
    run({ type: "docker-container", image: "x", image_registry: { username: "u" } }),
    run({ type: "docker-container", image: "x", image_pull_policy: "sometimes" }),
    run({ type: "kubernetes-job", customizations: [{ op: "add", path: "/a" }] }),
    run({ type: "kubernetes-job", customizations: [{ op: "remove", path: "a" }] }),
    run({ use: "" }),
    { id: "", infrastructure: { type: "process" } },
    { id: "x".repeat(129), infrastructure: { type: "process" } },
    { ...run({ type: "process" }), action: "die" },
    { ...run({ type: "process" }), extra: 1 },
    { ...run({ type: "process" }), action: "cancel", grace_seconds: -1 },
  ])("%j", (request) => {
    expect(isRequest(request)).toBe(false);
    expect(accepts(request)).toBe(false);
  });
});

test("the request's schema describes every field", () => {
  const { $defs } = JSON.parse(stored("request.schema.json"));

  for (const [kind, { shape }] of Object.entries(SPEC_SCHEMAS))
    for (const field of Object.keys(shape).filter((name) => name !== "type"))
      expect([kind, field, $defs[kind].properties[field]?.description]).toEqual([
        kind,
        field,
        expect.stringMatching(/.{10}/),
      ]);
});

describe("the result's schema", () => {
  test.each(State.options)("accepts a result that is %s", (state) => {
    expect([isResult(aResult({ state })), isResult.errors]).toEqual([true, null]);
  });

  test("accepts what a newer version may add", () => {
    const result = aResult();

    expect(isResult({ ...result, more: 1, data: { ...result.data, more: 1 } })).toBe(true);
  });

  test.each([
    ["another state", { state: "gone" }],
    ["no exit code but a text", { status_code: "0" }],
    ["a time that is none", { started_at: "yesterday" }],
    [
      "a cause of its own",
      { cause: { code: "Why", blame: "user", retryable: true, message: "", hint: "" } },
    ],
  ])("refuses %s", (_what, data) => {
    const result = aResult();

    expect(isResult({ ...result, data: { ...result.data, ...data } })).toBe(false);
  });
});
