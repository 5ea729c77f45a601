import * as fc from "fast-check";
import { ContainerAnswer } from "../../lib/backends/docker/api/engine-answers.ts";
import { parseHostAddress } from "../../lib/backends/docker/connect/host-address.ts";
import { pullError } from "../../lib/backends/docker/image/pull-errors.ts";
import { judge as judgeContainer } from "../../lib/backends/docker/judge/judge.ts";
import { dockerLabelKey } from "../../lib/backends/docker/labels.ts";
import { containerName } from "../../lib/backends/docker/names.ts";
import { buildCreateRequest } from "../../lib/backends/docker/request/create-request.ts";
import { parseMemory } from "../../lib/backends/docker/request/memory.ts";
import type { Job, Pod } from "../../lib/backends/kubernetes/api/api-types.ts";
import { connectByKubeconfig } from "../../lib/backends/kubernetes/connect/kubeconfig.ts";
import { readInlineCluster } from "../../lib/backends/kubernetes/inline/inline-kubeconfig.ts";
import { judge as judgeJob } from "../../lib/backends/kubernetes/judge/judge.ts";
import { applyPatch } from "../../lib/backends/kubernetes/manifest/apply-patch.ts";
import { baseJob } from "../../lib/backends/kubernetes/manifest/base-job.ts";
import { buildJob } from "../../lib/backends/kubernetes/manifest/build-job.ts";
import { slugLabelKey, slugLabelValue } from "../../lib/backends/kubernetes/manifest/labels.ts";
import { jobName } from "../../lib/backends/kubernetes/names.ts";
import { planOf } from "../../lib/backends/process/plan.ts";
import { parseResult } from "../../lib/client/parse-result.ts";
import { parseConfig } from "../../lib/config/parse-config.ts";
import { parseYaml } from "../../lib/config/parse-yaml.ts";
import { checkPolicy, createPolicyGate } from "../../lib/policy/check-policy.ts";
import { Profile } from "../../lib/policy/policy.ts";
import { parseQuantity } from "../../lib/policy/quantity.ts";
import { kindOfHost } from "../../lib/policy/special-hosts.ts";
import type { Subject } from "../../lib/policy/subject.ts";
import { excerptOf } from "../../lib/runs/excerpt.ts";
import { parseImageReference } from "../../lib/runs/image-reference.ts";
import type { Spec } from "../../lib/runs/infrastructure.ts";
import { LaunchError } from "../../lib/runs/launch-error.ts";
import { hashRunId } from "../../lib/runs/names.ts";
import type { Observation } from "../../lib/runs/observation.ts";
import { parseRequest, readIdLeniently, toRequest } from "../../lib/runs/request.ts";
import { Result, submittedResult, terminalResult } from "../../lib/runs/result.ts";
import { type Run, runOf } from "../../lib/runs/run.ts";
import { slugify } from "../../lib/runs/slug.ts";
import { aPolicy } from "../support/policies.ts";
import { aResult } from "../support/results.ts";
import { isFitForSqs } from "../support/sqs-text.ts";
import { anyText, anyValue, mutated, mutatedInType, textOf } from "./arbitraries.ts";
import * as samples from "./samples.ts";

/** One thing that is fed with anything: what it throws must be a LaunchError. */
export interface FuzzTarget {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

/** The value, or undefined where it was refused as hostile things are to be. */
function classified<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): undefined {
  if (!(error instanceof LaunchError)) throw error;
  if (error.message.length > 40_000) throw new Error("an error that long is none to read");
}

const NATIVE = [Object.prototype, Array.prototype, Function.prototype].map((it) => ({
  it,
  names: Reflect.ownKeys(it).length,
}));

function prototypesUntouched(): void {
  for (const { it, names } of NATIVE)
    if (Reflect.ownKeys(it).length !== names) throw new Error("a prototype was touched");
}

function target<T>(name: string, input: fc.Arbitrary<T>, check: (value: T) => void): FuzzTarget {
  const property = fc.property(input, (value) => {
    check(value);
    prototypesUntouched();
  });
  return { name, property: property as fc.IRawProperty<unknown> };
}

function asyncTarget<T>(
  name: string,
  input: fc.Arbitrary<T>,
  check: (value: T) => Promise<unknown>,
): FuzzTarget {
  const property = fc.asyncProperty(input, async (value) => {
    await check(value).catch(refusal);
    prototypesUntouched();
  });
  return { name, property: property as fc.IRawProperty<unknown> };
}

const NAMED = { nightly: { type: "process", command: ["true"], env: { A: "1" } } };
const request = mutated(samples.REQUESTS);
const body = fc.oneof(
  request.map((value) => JSON.stringify(value) ?? ""),
  fc.tuple(request, fc.nat(), anyText).map(([value, at, text]) => {
    const whole = JSON.stringify(value) ?? "";
    const cut = at % (whole.length + 1);
    return `${whole.slice(0, cut)}${text}${whole.slice(cut + text.length)}`;
  }),
  textOf(["{", "}", "[", "]", ",", ":", '"', "\\", '"id"', '"a"', "1", "null", "\\u0064", " "]),
);

function checkBody(text: string): void {
  classified(() => parseRequest(text, NAMED));
  readIdLeniently(text);
  const excerpt = excerptOf(text);
  if (!isFitForSqs(excerpt) || excerpt.length > 1_024) throw new Error("an excerpt of no use");
}

const ENGINE = {
  linux: true,
  local: true,
  kind: "docker" as const,
  hostGateway: true,
  logDriver: "json-file",
};
const POLICIES = Profile.options.map((profile) => aPolicy({ profile, limits: { cpus: 1 } }));

function checkRequest(value: unknown): void {
  const parsed = classified(() => toRequest(value, NAMED));
  if (parsed?.action !== "run") return;
  const run = runOf(parsed, { target: { type: parsed.spec.type, name: "default" } });
  const subject = classified(() => subjectOf(run));
  if (!subject) return;
  for (const policy of POLICIES) checkPolicy(policy, subject);
  classified(() => createPolicyGate(aPolicy({ profile: "restricted" }), {})(subject));
}

function subjectOf(run: Run): Subject {
  const of = <T extends Spec["type"]>() => run as Run<Extract<Spec, { type: T }>>;
  switch (run.spec.type) {
    case "kubernetes-job":
      return { run: of<"kubernetes-job">(), job: buildJob(of<"kubernetes-job">()) };
    case "docker-container": {
      const { body: create } = buildCreateRequest(of<"docker-container">(), ENGINE);
      return { run: of<"docker-container">(), create };
    }
    case "process":
      planOf(of<"process">());
      return { run: of<"process">() };
  }
}

const pointer = textOf([
  "/spec",
  "/template",
  "/containers",
  "/0",
  "/-",
  "/metadata",
  "/labels",
  "/a~1b",
  "/",
]);
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom("add", "replace", "test"), path: pointer, value: anyValue }),
  fc.record({ op: fc.constant("remove"), path: pointer }),
  fc.record({ op: fc.constantFrom("move", "copy"), path: pointer, from: pointer }),
) as fc.Arbitrary<never>;

function checkObservation(observation: Observation | undefined): void {
  if (!observation) return;
  const { run } = observation;
  const result =
    observation.state === "ended" ? terminalResult(observation, null) : submittedResult(run);
  if (!isFitForSqs(JSON.stringify(result))) throw new Error("a result that SQS refuses");
}

const TARGETS = { kubernetes: "prod", docker: { type: "docker-container", name: "b" } as const };
const sources = { env: {}, readText: async () => "text", directory: "/etc" };
const answers = textOf([
  "denied",
  "quota",
  "not found",
  "too large",
  "toomanyrequests",
  "unauthorized",
  "\n",
]);

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  target("message bodies", body, checkBody),
  target("requests, and what is built from them", request, checkRequest),
  target("patches", fc.array(operation, { maxLength: 8 }), (operations) => {
    classified(() => applyPatch(baseJob(undefined, "infrastructure.job"), operations, "patch"));
  }),
  asyncTarget("configurations", mutated(samples.CONFIGURATIONS), (value) =>
    parseConfig(value, "slipway.yml", sources),
  ),
  target(
    "YAML",
    textOf(["a:", " ", "\n", "- ", "&x", "*x", "<<:", "!!omap", "{", "}", "---", "|", '"', "#"]),
    (text) => {
      classified(() => parseYaml(text, "it"));
    },
  ),
  target("kubeconfigs of requests", mutated(samples.KUBECONFIGS), (value) => {
    if (typeof value === "object" && value !== null) classified(() => readInlineCluster(value));
  }),
  asyncTarget(
    "kubeconfigs of operators",
    mutated(samples.KUBECONFIGS.map(withoutPrograms)),
    (value) => connectByKubeconfig({ title: "lab", text: JSON.stringify(value) ?? "" }),
  ),
  target(
    "references of images",
    textOf(["a", "/", ":", "@", "sha256", ".", "-", "localhost", "[::1]", "5000", "A", "_"]),
    (text) => {
      classified(() => parseImageReference(text));
    },
  ),
  target(
    "addresses",
    textOf([
      "tcp://",
      "ssh://",
      "unix://",
      "/",
      "..",
      "@",
      ":",
      "1",
      "127.0.0.1",
      "0x7f",
      "[",
      "]",
      "a",
      "-o",
    ]),
    (text) => {
      classified(() => parseHostAddress(text));
      kindOfHost(text);
      parseQuantity(text);
      parseMemory(text);
    },
  ),
  target("names", anyText, (text) => {
    const key = {
      id: text,
      hash: hashRunId(text),
      name: text,
      namespace: "etl",
      target: TARGETS.docker,
    };
    const names = [jobName(key), containerName(key), slugify(text, 45)];
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(names[0] ?? ""))
      throw new Error(`a Job named ${names[0]}`);
    if (!/^[a-zA-Z0-9][\w.-]{0,254}$/.test(names[1] ?? ""))
      throw new Error(`a container named ${names[1]}`);
    for (const label of [slugLabelKey, slugLabelValue, dockerLabelKey]) label(text);
  }),
  target(
    "what a cluster says of a Job",
    fc.tuple(
      mutatedInType(samples.JOB_ANSWERS),
      fc.array(mutatedInType(samples.POD_ANSWERS), { maxLength: 3 }),
    ),
    ([job, pods]) => {
      checkJob(job as unknown as Job, pods as unknown as Pod[]);
    },
  ),
  target("what an engine says of a container", mutated(samples.CONTAINER_ANSWERS), (value) => {
    const container = ContainerAnswer.safeParse(value).data;
    const evidence = { name: "nightly-zklycewkdo64v6wc", marks: {}, container };
    const history = {
      version: { engine: "27.0.0", kind: "docker" as const, api: "1.44" },
      startedAt: undefined,
    };
    if (container) checkObservation(judgeContainer(evidence, TARGETS.docker, history));
  }),
  target("what a registry says of a pull", answers, (text) => {
    pullError(parseImageReference("registry.test/x:1"), text, undefined);
  }),
  target(
    "results",
    mutated([aResult({ state: "failed" }), aResult({ labels: { a: "b" } })]),
    (value) => {
      const result = classified(() => parseResult(JSON.stringify(value) ?? ""));
      if (result) Result.parse(result);
    },
  ),
];

/** A program that a kubeconfig names would be run, as its operator wants. */
function withoutPrograms(kubeconfig: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(kubeconfig), (key, value) =>
    key === "exec" ? undefined : value,
  );
}

function checkJob(job: Job, pods: readonly Pod[]): void {
  const nowMs = Date.parse("2026-01-02T04:00:00Z");
  checkObservation(judgeJob({ job, pods, events: [], nowMs, target: TARGETS.kubernetes }));
}
