import type { BackendDependencies } from "../backends/dependencies.ts";
import { backendLoaders } from "../backends/loaders.ts";
import { createBackendRegistry } from "../backends/registry.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { createSecretResolver, resolveEnvironment } from "../config/secrets.ts";
import { findSurroundings } from "../config/surroundings.ts";
import { targetsOf } from "../config/targets.ts";
import type { Engines } from "../local/dependencies.ts";
import { baseEnvironment } from "../runs/environment.ts";
import type { CommonOptions } from "./command.ts";
import type { Terminal } from "./terminal.ts";

type Options = Pick<CommonOptions, "config">;
type World = Pick<Terminal, "env" | "cwd">;
/** Who is told what engines do meanwhile. */
type Listening = Pick<BackendDependencies, "onPullProgress">;

/** The same engines may be served by functions, and no launcher of ours lives longer than one of those. */
export const LAUNCHER_TIMEOUT_MS = 900_000;

/** The environment with `--config` in it, as everything that reads the configuration expects. */
export const configEnv = ({ config }: Options, { env }: Pick<World, "env">): World["env"] =>
  config === undefined ? env : { ...env, SLIPWAY_CONFIG: config };

export async function loadCliConfig(options: Options, world: World): Promise<Config> {
  return loadConfig({ env: configEnv(options, world), directory: world.cwd });
}

/** Work on the engines that the configuration and this machine offer, and their connections closed after it. */
export async function withEngines<T>(
  options: Options,
  world: World,
  work: (engines: Engines) => Promise<T>,
  listening: Listening = {},
): Promise<T> {
  const config = await loadCliConfig(options, world);
  const engines = await openEngines(config, configEnv(options, world), listening);
  try {
    return await work(engines);
  } finally {
    await engines.backends.close();
  }
}

export async function openEngines(
  config: Config,
  env: World["env"],
  listening: Listening = {},
): Promise<Engines> {
  const secrets = createSecretResolver({ env });
  const environment = await resolveEnvironment(config.environment, secrets);
  const deps = { config, secrets, env, launcherTimeoutMs: LAUNCHER_TIMEOUT_MS, ...listening };
  return {
    config,
    backends: createBackendRegistry(backendLoaders(deps)),
    targets: targetsOf(config, findSurroundings(env)),
    baseEnvironment: baseEnvironment(env, environment),
  };
}
