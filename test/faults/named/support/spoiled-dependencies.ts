import type { Backend } from "../../../../lib/backends/backend.ts";
import { backendLoaders } from "../../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../../lib/backends/registry.ts";
import type { Config } from "../../../../lib/config/config.ts";
import { createSecretResolver } from "../../../../lib/config/secrets.ts";
import type { LaunchError } from "../../../../lib/runs/launch-error.ts";
import type { Result } from "../../../../lib/runs/result.ts";
import type { Target } from "../../../../lib/runs/run.ts";
import type { Dependencies } from "../../../../lib/usecases/dependencies.ts";

export interface SpoilOptions {
  /** Puts something between the use cases and the real backend. */
  readonly spoil?: ((backend: Backend) => Backend) | undefined;
  /** Which results are not taken. */
  readonly refuses?: (result: Result) => LaunchError | undefined;
  readonly launcherTimeoutMs?: number;
  /** Real queues in the place of arrays. */
  readonly queues?: Partial<Pick<Dependencies, "results" | "deadLetters" | "maxReceiveCount">>;
}

/** Where everything is kept that the use cases tell. */
export interface Told {
  readonly published: Result[];
  readonly logged: string[];
  /** How long requests were to stay away, in seconds. */
  readonly delays: number[];
}

/** A function's fresh environment over real engines: what it tells is kept in arrays. */
export function spoiledDependencies(
  config: Config,
  targets: readonly Target[],
  { spoil, refuses, launcherTimeoutMs = 900_000, queues }: SpoilOptions,
  { published, logged, delays }: Told,
): Dependencies {
  const log = (message: string, fields?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return {
    config,
    backends: createBackendRegistry(spoiledLoaders(config, launcherTimeoutMs, spoil)),
    targets,
    results: {
      publish: async (results) =>
        results.map((result) => {
          const refusal = refuses?.(result);
          if (!refusal) published.push(result);
          return refusal;
        }),
    },
    requests: {
      delay: async (_, seconds) => void delays.push(seconds),
      nowMs: async () => Date.now(),
    },
    deadLetters: undefined,
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: { debug: log, info: log, warn: log, error: log },
    metrics: { count: () => undefined, milliseconds: () => undefined },
    ...queues,
  };
}

function spoiledLoaders(config: Config, launcherTimeoutMs: number, spoil: SpoilOptions["spoil"]) {
  const secrets = createSecretResolver({ env: {} });
  const env = { PATH: process.env.PATH, HOME: "/nonexistent" };
  const loaders = backendLoaders({ config, secrets, env, launcherTimeoutMs });
  const load = (type: keyof typeof loaders) => async () => {
    const backend = (await loaders[type]()) as Backend;
    return spoil ? spoil(backend) : backend;
  };
  return {
    process: load("process"),
    "docker-container": load("docker-container"),
    "kubernetes-job": load("kubernetes-job"),
  };
}
