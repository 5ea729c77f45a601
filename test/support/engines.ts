import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { accepts } from "./accepts.ts";
import { whyNoAwsTools } from "./aws-tools.ts";
import { whyNoElasticMq } from "./elasticmq.ts";

/**
 * Real engines that tests use when they are there. `SLIPWAY_REQUIRE_ENGINES=docker,kubernetes` turns a missing one from
 * a skip that says why into a failure: so CI cannot pass without them.
 */
export type EngineName = "docker" | "podman" | "kubernetes" | "elasticmq" | "aws";

interface Engine {
  readonly reachable: boolean;
  readonly why: string;
}

const required = (process.env.SLIPWAY_REQUIRE_ENGINES ?? "").split(",");

/** A suite that needs an engine: skipped with the reason in its title where it is missing, failed where it is required. */
export async function describeWithEngine(
  name: EngineName,
  title: string,
  suite: () => void,
): Promise<void> {
  const engine = await PROBES[name]();
  if (engine.reachable) {
    describe(title, suite);
    return;
  }
  if (required.includes(name)) throw new Error(`${name} is required here, but ${engine.why}`);
  describe.skip(`${title} (skipped: ${engine.why})`, suite);
}

export async function isReachable(name: EngineName): Promise<boolean> {
  return (await PROBES[name]()).reachable;
}

const PROBES: Record<EngineName, () => Promise<Engine>> = {
  docker: async () => {
    const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
    const answers = await accepts(host);
    return { reachable: answers, why: `no Docker engine answers at ${host}` };
  },
  podman: async () => {
    const { error } = spawnSync("podman", ["--version"]);
    return { reachable: !error, why: "there is no podman program (Debian's package podman)" };
  },
  kubernetes: async () => {
    const path = process.env.KUBECONFIG ?? join(homedir(), ".kube", "config");
    return {
      reachable: existsSync(path),
      why: "there is no kubeconfig (set KUBECONFIG to any cluster's: kind and k3d will do)",
    };
  },
  aws: async () => {
    const why = whyNoAwsTools();
    return { reachable: why === undefined, why: why ?? "" };
  },
  elasticmq: async () => {
    const why = await whyNoElasticMq();
    return { reachable: why === undefined, why: why ?? "" };
  },
};
