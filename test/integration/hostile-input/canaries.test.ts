import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { expect, test } from "vitest";
import { ApiError } from "../../../lib/backends/kubernetes/api/api-error.ts";
import { backendLoaders } from "../../../lib/backends/loaders.ts";
import type { Spec } from "../../../lib/runs/infrastructure.ts";
import { unavailable } from "../../../lib/runs/launch-error.ts";
import { watch } from "../../../lib/usecases/watch.ts";
import { anId, aRun, aSpec, someBackendDependencies } from "../../support/builders.ts";
import { anEnd, anObservedRun } from "../../support/observed.ts";
import { aRecord } from "../../support/records.ts";
import { createWorkbench } from "../../support/workbench.ts";
import { request } from "./support/bad-inputs.ts";
import { createHostileBench } from "./support/hostile-bench.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..", "..");

/** One for each place where a secret can stand. */
const CANARIES = {
  variable: "c4n4ry-variable",
  url: "c4n4ry-url",
  registry: "c4n4ry-registry",
  token: "c4n4ry-token",
  reference: "c4n4ry-reference",
  own: "c4n4ry-own-environment",
};

const env = {
  API_KEY: CANARIES.variable,
  DATABASE: `postgres://user:${CANARIES.url}@db/x`,
};
const registry = { username: "u", password: CANARIES.registry, registry_url: "registry.test" };
const kubeconfig = {
  config: {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
    clusters: [{ name: "x", cluster: { server: "https://203.0.113.1" } }],
    users: [{ name: "x", user: { token: CANARIES.token } }],
  },
};
const SPECS = {
  process: { type: "process", command: ["sh", "-c", 'echo "$API_KEY $DATABASE"; exit 3'], env },
  docker: {
    type: "docker-container",
    image: "registry.test/x:1",
    image_registry: registry,
    env,
    command: ["login", CANARIES.variable],
  },
  kubernetes: {
    type: "kubernetes-job",
    image: "x",
    cluster_config: kubeconfig,
    env,
    command: ["login", CANARIES.variable],
  },
} as const;

function expectNoCanary(...shown: unknown[]): void {
  const text = shown.map((it) => (typeof it === "string" ? it : inspect(it, { depth: 10 }))).join();

  for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary);
}

test("no secret is in a result or a log, whatever the engine repeats in its refusal", async () => {
  await using bench = await createHostileBench(
    {
      registries: { hub: { username: "u", password: "${env:REGISTRY_PASSWORD}" } },
      policy: { special_hosts: ["registry.test"] },
    },
    {
      engineRepeats: true,
      environment: { REGISTRY_PASSWORD: CANARIES.reference, AWS_SECRET_ACCESS_KEY: CANARIES.own },
    },
  );
  const id = anId();
  const line = anId();
  const named = { ...SPECS.docker, image: "x:1", image_registry: "hub" };
  const bodies = [
    request(SPECS.process, id),
    ...[SPECS.docker, SPECS.kubernetes, named].map((spec) => request(spec)),
    ...[SPECS.docker, named].map((spec) => request({ ...spec, image_pull_policy: "ALWAYS" })),
    request({ type: "process", command: [`API_TOKEN=${CANARIES.token} python x.py`] }, line),
    request({ ...SPECS.process, env: { API_KEY: [CANARIES.variable] } }),
    request({ ...SPECS.docker, image_registry: { ...registry, passwrd: CANARIES.registry } }),
  ];

  const wentBack = await bench.send(bodies.map((body) => aRecord(JSON.stringify(body))));
  const ended = await bench.untilEnded(id);
  const notStarted = await bench.untilEnded(line);

  expect(bench.asked.map((asked) => asked.replace(/\/v[\d.]+|\?.*/g, ""))).toEqual(
    expect.arrayContaining(["POST /containers/create", "POST /auth"]),
  );
  expect(ended.data.logs?.tail).toBe("[redacted] postgres://user:[redacted]@db/x\n");
  expect(notStarted.data.cause?.message).toMatch(/^The command could not be started: .*redacted/);
  expect(bench.published.filter(({ data }) => data.state === "rejected").length).toBe(7);
  expect(wentBack).toEqual([]); // a pull that is refused with 400 is refused for its image
  expectNoCanary(bench.published, bench.logged);
});

test("no secret is in the log of a watcher, whatever the engine repeats of a run", async () => {
  const said = `Job.batch "x" is invalid: ${JSON.stringify(env)}`;
  const secrets = [CANARIES.variable, CANARIES.url];
  const runs = ["a", "b"].map((id) => anObservedRun({ id, uid: id, secrets }));
  await using bench = await createWorkbench({
    spoil: (backend) => ({
      ...backend,
      async *open() {
        const [ended, broken] = runs;
        if (ended) yield anEnd({ run: ended });
        if (broken) yield { state: "unknown" as const, run: broken, reason: said };
      },
      async *output() {},
      settle: () =>
        Promise.reject(
          unavailable(said, { cause: new ApiError(422, said, { status: { message: said } }) }),
        ),
    }),
  });
  const shown: unknown[] = [];
  const log = (...what: unknown[]) => void shown.push(what);
  const deps = { ...bench.deps, log: { debug: log, info: log, warn: log, error: log } };

  const report = await watch(deps, { signal: AbortSignal.timeout(20_000) });

  expect(shown).toHaveLength(2);
  expectNoCanary(shown, report, bench.published);
});

test.each(Object.entries(SPECS))(
  "no secret is in a preview of %s or in its errors",
  async (_, fields) => {
    const { type, ...rest } = fields;
    const target = { type, name: "default" };
    const subject = aRun(aSpec(type, rest) as Spec, target);
    const loaders = backendLoaders(someBackendDependencies({ env: {} }));
    const backend = await loaders[type]();

    const shown = backend.preview(subject);
    const refusal = await backend.locate(subject.spec).catch((error: unknown) => error);
    await backend.close();

    expect(shown.text.length).toBeGreaterThan(0);
    expectNoCanary(shown, refusal);
  },
);

test("no secret is in what the command line prints", async () => {
  const place = await mkdtemp(join(tmpdir(), "slipway-canaries-"));
  const file = join(place, "requests.json");
  await writeFile(file, JSON.stringify(request(SPECS.docker)));
  const broken = join(place, "broken.json");
  await writeFile(broken, JSON.stringify(request({ ...SPECS.docker, image: "A:B:C" })));
  const slipway = (...args: string[]) =>
    run(process.execPath, [join(root, "lib/cli/main.ts"), ...args], {
      env: { PATH: process.env.PATH, HOME: place, DEBUG: "*", POWERTOOLS_LOG_LEVEL: "DEBUG" },
    }).catch((error: unknown) => error as { stdout: string; stderr: string });

  const outputs = [
    await slipway("preview", file),
    await slipway("preview", "--json", file),
    await slipway("preview", broken),
  ];

  await rm(place, { recursive: true });
  expect(outputs[0]?.stdout).toContain("registry.test/x:1");
  expect(outputs[2]?.stderr).toContain("not an image reference");
  expectNoCanary(outputs);
});
