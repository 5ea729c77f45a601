import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type EchoingEngine,
  startEchoingEngine,
} from "../integration/hostile-input/support/echoing-engine.ts";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

const CANARIES = ["c4n4ry-variable", "c4n4ry-url", "c4n4ry-registry", "c4n4ry-cluster-token"];
const [VARIABLE, URL_PASSWORD, REGISTRY, TOKEN] = CANARIES;

describe("an engine that repeats what it was sent, before the program", () => {
  let engine: EchoingEngine;
  let slipway: Slipway;
  beforeAll(async () => {
    [engine, slipway] = await Promise.all([startEchoingEngine(), aSlipway()]);
    engine.refuseWith(404);
    await writeFile(join(slipway.directory, "slipway.yml"), JSON.stringify(configuration()));
    await writeFile(join(slipway.directory, "docker.json"), JSON.stringify(docker));
    await writeFile(join(slipway.directory, "kubernetes.json"), JSON.stringify(kubernetes));
  });
  afterAll(async () => {
    await slipway?.[Symbol.asyncDispose]();
    await engine?.[Symbol.asyncDispose]();
  });

  const configuration = () => ({
    clusters: { prod: { kubeconfig: JSON.stringify(kubeconfig(engine.url)) } },
    docker_hosts: { builders: { host: engine.host } },
    registries: {
      hub: { username: "u", password: "${env:REGISTRY_PASSWORD}", registry_url: "registry.test" },
    },
    defaults: { "kubernetes-job": "prod", "docker-container": "builders" },
    policy: { special_hosts: ["registry.test"] },
  });

  test.each([
    ["run docker.json"],
    ["run --json kubernetes.json"],
    ["preview docker.json"],
    ["preview --json kubernetes.json"],
    ["status secret-1"],
    ["logs secret-1"],
    ["cancel docker.json"],
    ["watch"],
    ["config check"],
    ["config check --json"],
  ])("has no secret in what slipway %s prints", async (words) => {
    const { stdout, stderr } = await slipway.call(words.split(" "), {
      cwd: slipway.directory,
      env: { REGISTRY_PASSWORD: REGISTRY, DEBUG: "*", POWERTOOLS_LOG_LEVEL: "DEBUG" },
    });

    expect(stdout + stderr).not.toBe("");
    for (const canary of CANARIES) expect(stdout + stderr).not.toContain(canary);
  });

  test("repeated them to some of these", () => {
    const asked = engine.asked.join("\n");

    expect(asked).toMatch(/POST .*\/auth$/m);
    expect(asked).toMatch(/POST .*\/jobs$/m);
    expect(asked).toMatch(/GET .*\/jobs$/m);
  });
});

const env = { API_KEY: VARIABLE, DATABASE: `postgres://user:${URL_PASSWORD}@db/x` };
const command = ["login", VARIABLE];
const docker = {
  id: "secret-1",
  infrastructure: {
    type: "docker-container",
    image: "registry.test/x:1",
    image_pull_policy: "ALWAYS",
    image_registry: "hub",
    env,
    command,
  },
};
const kubernetes = {
  id: "secret-2",
  infrastructure: { type: "kubernetes-job", image: "x", env, command },
};

const kubeconfig = (server: string) => ({
  "current-context": "x",
  contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
  clusters: [{ name: "x", cluster: { server } }],
  users: [{ name: "x", user: { token: TOKEN } }],
});
