import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendLoaders } from "../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../lib/backends/registry.ts";
import { Config } from "../../../lib/config/config.ts";
import { createSecretResolver } from "../../../lib/config/secrets.ts";
import { targetsOf } from "../../../lib/config/targets.ts";
import type { Dependencies } from "../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../lib/usecases/submit-batch.ts";
import { watch } from "../../../lib/usecases/watch.ts";
import { aMessage } from "../../support/messages.ts";
import { aRecord } from "../../support/records.ts";
import { request } from "./support/bad-inputs.ts";
import { type EchoingEngine, startEchoingEngine } from "./support/echoing-engine.ts";

/** One for each place where a secret can stand. */
const CANARIES = {
  variable: "c4n4ry-variable",
  url: "c4n4ry-url",
  base: "c4n4ry-base-environment",
  inlineRegistry: "c4n4ry-inline-registry",
  inlineToken: "c4n4ry-inline-token",
  clusterToken: "c4n4ry-cluster-token",
  registryReference: "c4n4ry-registry-reference",
};

const kubeconfig = ({ url }: EchoingEngine, token: string) => ({
  "current-context": "x",
  contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
  clusters: [{ name: "x", cluster: { server: url } }],
  users: [{ name: "x", user: { token } }],
});

const env = { API_KEY: CANARIES.variable, DATABASE: `postgres://user:${CANARIES.url}@db/x` };
const command = ["login", CANARIES.variable, `https://u:${CANARIES.url}@h/`];

/** Every kind of request that carries a secret or makes one be used. */
const bodiesFor = (engine: EchoingEngine) => {
  const docker = { type: "docker-container", image: "registry.test/x:1", env, command };
  const kubernetes = { type: "kubernetes-job", image: "x", env, command };
  const registry = {
    username: "u",
    password: CANARIES.inlineRegistry,
    registry_url: "registry.test",
  };
  return [
    docker,
    { ...docker, image_pull_policy: "ALWAYS", image_registry: registry },
    { ...docker, image_pull_policy: "ALWAYS", image_registry: "hub", image: "x:1" },
    kubernetes,
    { ...kubernetes, cluster_config: { config: kubeconfig(engine, CANARIES.inlineToken) } },
  ];
};

describe("an engine that repeats what it was sent", () => {
  let engine: EchoingEngine;
  let directory: string;
  beforeAll(async () => {
    engine = await startEchoingEngine();
    directory = await mkdtemp(join(tmpdir(), "slipway-echoes-"));
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** Both handlers, with what they told and everything that they logged, errors to the bottom. */
  function createHandlers(receiveCount: number) {
    const config = Config.parse({
      process: { directory },
      clusters: { prod: { kubeconfig: JSON.stringify(kubeconfig(engine, CANARIES.clusterToken)) } },
      docker_hosts: { builders: { host: engine.host } },
      registries: { hub: { username: "u", password: "${env:REGISTRY_PASSWORD}" } },
      defaults: { "kubernetes-job": "prod", "docker-container": "builders" },
    });
    const secretsEnv = { REGISTRY_PASSWORD: CANARIES.registryReference };
    const secrets = createSecretResolver({ env: secretsEnv });
    const backends = createBackendRegistry(
      backendLoaders({ config, secrets, env: {}, launcherTimeoutMs: 900_000 }),
    );
    const shown: unknown[] = [];
    const letters = bodiesFor(engine).map((body) =>
      aMessage({ body: JSON.stringify(request(body)) }),
    );
    const log = (...said: unknown[]) => void shown.push(inspect(said, { depth: 12 }));
    const deps: Dependencies = {
      config,
      backends,
      targets: targetsOf(config, { kubernetes: false, docker: false, process: true }),
      results: {
        publish: async (results) => {
          shown.push(JSON.stringify(results));
          return results.map(() => undefined);
        },
      },
      requests: { delay: async () => undefined, nowMs: async () => Date.now() },
      deadLetters: {
        receive: async () => letters.splice(0, 10),
        delete: async () => undefined,
        release: async () => undefined,
        add: async (_, reason) => void shown.push(reason),
      },
      maxReceiveCount: 5,
      baseEnvironment: { SERVICE_TOKEN: CANARIES.base },
      log: { debug: log, info: log, warn: log, error: log },
      metrics: { count: () => undefined, milliseconds: () => undefined },
    };
    const signal = AbortSignal.timeout(60_000);
    return {
      shown,
      submit: (bodies: readonly unknown[]) =>
        submitBatch(
          deps,
          {
            Records: bodies.map((body) =>
              aRecord(JSON.stringify(request(body)), {
                ApproximateReceiveCount: String(receiveCount),
              }),
            ),
          },
          { getRemainingTimeInMillis: () => 60_000 },
        ),
      look: () => watch(deps, { signal }),
      close: () => backends.close(),
    };
  }

  test.each([400, 401, 403, 404, 409, 413, 422, 429, 500, 503])(
    "with %i tells no secret, neither a sender nor a log, at a first try or the last",
    async (status) => {
      engine.refuseWith(status);
      engine.asked.length = 0;
      const [first, last] = [createHandlers(1), createHandlers(5)];

      for (const handlers of [first, last]) {
        await handlers.submit(bodiesFor(engine));
        await handlers.look();
        await handlers.close();
      }

      expect(engine.asked.join()).toMatch(/POST [^,]*\/jobs/);
      if (status === 404) expect(engine.asked.join()).toMatch(/POST [^,]*\/auth/); // the others end it before
      const shown = [...first.shown, ...last.shown].map(String);
      expect(shown.length).toBeGreaterThan(10);
      expect(canariesIn(shown.join("\n"))).toEqual([]);
    },
  );
});

/** As they are, and in whatever can be decoded as base64: a registry's credentials travel so. */
function canariesIn(text: string): string[] {
  const decoded = (text.match(/[\w+/-]{16,}={0,2}/g) ?? []).map((run) =>
    Buffer.from(run, "base64").toString("latin1"),
  );
  const all = [text, ...decoded].join("\n");
  return Object.values(CANARIES).filter((canary) => all.includes(canary));
}
