import { Logger } from "@aws-lambda-powertools/logger";
import { backendLoaders } from "../lib/backends/loaders.ts";
import { createBackendRegistry } from "../lib/backends/registry.ts";
import { loadConfig } from "../lib/config/load-config.ts";
import { createSecretResolver, resolveEnvironment } from "../lib/config/secrets.ts";
import { findSurroundings } from "../lib/config/surroundings.ts";
import { targetsOf } from "../lib/config/targets.ts";
import { createNoQueue } from "../lib/queues/no-queue.ts";
import type { QueueUrls } from "../lib/queues/sqs-queues.ts";
import { createStdoutResultSink } from "../lib/queues/stdout-result-sink.ts";
import { baseEnvironment } from "../lib/runs/environment.ts";
import type { Dependencies, Log } from "../lib/usecases/dependencies.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** No invocation lives longer than this: AWS's own limit. */
const LAUNCHER_TIMEOUT_MS = 900_000;

const DEFAULT_MAX_RECEIVE_COUNT = 5;

export const logger = new Logger({ serviceName: "slipway" });

let made: Promise<Dependencies> | undefined;

/** Made by the first invocation, shared by the later ones: they have connections in common and nothing else. */
export function dependencies(): Promise<Dependencies> {
  made ??= createDependencies(process.env);
  made.catch(() => {
    made = undefined; // a configuration that cannot be read now is read again by the next invocation
  });
  return made;
}

async function createDependencies(env: Environment): Promise<Dependencies> {
  const config = await loadConfig({ env });
  const secrets = createSecretResolver({ env });
  const environment = await resolveEnvironment(config.environment, secrets);
  const backend = { config, secrets, env, launcherTimeoutMs: LAUNCHER_TIMEOUT_MS };
  return {
    config,
    backends: createBackendRegistry(backendLoaders(backend)),
    targets: targetsOf(config, findSurroundings(env)),
    ...(await queuesOf(env)),
    maxReceiveCount: Number(env.SLIPWAY_MAX_RECEIVE_COUNT ?? DEFAULT_MAX_RECEIVE_COUNT),
    baseEnvironment: baseEnvironment(env, environment),
    log,
    metrics: { count: () => undefined, milliseconds: () => undefined },
  };
}

/** The queues that the environment names; without them, results go to stdout and pauses nowhere. */
async function queuesOf(
  env: Environment,
): Promise<Pick<Dependencies, "results" | "requests" | "deadLetters">> {
  const urls = {
    requests: env.SLIPWAY_REQUESTS_URL,
    deadLetters: env.SLIPWAY_DEAD_LETTERS_URL,
    results: env.SLIPWAY_RESULTS_URL,
  };
  const isNamed = Object.values(urls).some(Boolean);
  const queues = isNamed ? await openSqs(env, urls) : undefined;
  return {
    requests: queues?.requests ?? createNoQueue(),
    deadLetters: queues?.deadLetters,
    results: queues?.results ?? createStdoutResultSink(),
  };
}

async function openSqs(env: Environment, urls: QueueUrls) {
  const { createSqsQueues } = await import("../lib/queues/sqs-queues.ts");
  return createSqsQueues(env, urls);
}

const log: Log = {
  debug: (message, fields = {}) => logger.debug(message, fields),
  info: (message, fields = {}) => logger.info(message, fields),
  warn: (message, fields = {}) => logger.warn(message, fields),
  error: (message, fields = {}) => logger.error(message, fields),
};
