import { backendLoaders } from "../backends/loaders.ts";
import { type BackendRegistry, createBackendRegistry } from "../backends/registry.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { createSecretResolver, resolveEnvironment } from "../config/secrets.ts";
import { findSurroundings } from "../config/surroundings.ts";
import { targetsOf } from "../config/targets.ts";
import { baseEnvironment } from "../runs/environment.ts";
import type { Target } from "../runs/run.ts";
import type { CommonOptions } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** A command that was interrupted may be finished by another launcher after this time. */
const LAUNCHER_TIMEOUT_MS = 60_000;

/** The configuration and the engines it leads to, for the commands that speak to them directly. */
export interface Engines {
  readonly config: Config;
  readonly backends: BackendRegistry;
  readonly targets: readonly Target[];
  readonly baseEnvironment: Readonly<Record<string, string>>;
}

async function openEngines(
  { config: file }: Pick<CommonOptions, "config">,
  { env: own, cwd }: Pick<Terminal, "env" | "cwd">,
): Promise<Engines> {
  const env = file === undefined ? own : { ...own, SLIPWAY_CONFIG: file };
  const config = await loadConfig({ env, directory: cwd });
  const secrets = createSecretResolver({ env });
  const deps = { config, secrets, env, launcherTimeoutMs: LAUNCHER_TIMEOUT_MS };
  const environment = await resolveEnvironment(config.environment, secrets);
  return {
    config,
    backends: createBackendRegistry(backendLoaders(deps)),
    targets: targetsOf(config, findSurroundings(env)),
    baseEnvironment: baseEnvironment(env, environment),
  };
}

/** Work on the engines, and their connections closed after it, however it ends. */
export async function withEngines<T>(
  options: Pick<CommonOptions, "config">,
  terminal: Pick<Terminal, "env" | "cwd">,
  work: (engines: Engines) => Promise<T>,
): Promise<T> {
  const engines = await openEngines(options, terminal);
  try {
    return await work(engines);
  } finally {
    await engines.backends.close();
  }
}
