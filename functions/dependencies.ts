import { Logger } from "@aws-lambda-powertools/logger";
import { backendLoaders } from "../lib/backends/loaders.ts";
import { createBackendRegistry } from "../lib/backends/registry.ts";
import type { Config } from "../lib/config/config.ts";
import { loadConfig } from "../lib/config/load-config.ts";
import { createSecretResolver, resolveEnvironment } from "../lib/config/secrets.ts";
import { findSurroundings } from "../lib/config/surroundings.ts";
import { targetsOf } from "../lib/config/targets.ts";
import { createMetrics } from "../lib/observability/create-metrics.ts";
import { createLog } from "../lib/observability/log.ts";
import type { CollectedMetrics } from "../lib/observability/metrics.ts";
import { createNoQueue } from "../lib/queues/no-queue.ts";
import { openResultSinks, resultPlaces } from "../lib/queues/open-result-sinks.ts";
import { createSqs } from "../lib/queues/sqs.ts";
import { createSqsQueues } from "../lib/queues/sqs-queues.ts";
import { createStdoutResultSink } from "../lib/queues/stdout-result-sink.ts";
import { baseEnvironment } from "../lib/runs/environment.ts";
import type { Dependencies } from "../lib/usecases/dependencies.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** No invocation lives longer than this: AWS's own limit, where the stack does not say what submit's is. */
const LONGEST_TIMEOUT_SECONDS = 900;

const DEFAULT_MAX_RECEIVE_COUNT = 5;

export const logger = new Logger({ serviceName: "slipway" });

type LambdaDependencies = Dependencies & { readonly metrics: CollectedMetrics };

let made: Promise<LambdaDependencies> | undefined;

/** Made by the first invocation, shared by the later ones: they have connections in common and nothing else. */
export function dependencies(): Promise<LambdaDependencies> {
  made ??= createDependencies(process.env);
  made.catch(() => {
    made = undefined; // a configuration that cannot be read now is read again by the next invocation
  });
  return made;
}

const flush = async () => (await made?.catch(() => undefined))?.metrics.flush();

/** Middleware: what an invocation counted is written out at its end, however that comes. */
export const flushMetrics = { after: flush, onError: flush };

async function createDependencies(env: Environment): Promise<LambdaDependencies> {
  const config = await loadConfig({ env });
  const secrets = createSecretResolver({ env });
  const environment = await resolveEnvironment(config.environment, secrets);
  const timeout = Number(env.SLIPWAY_LAUNCHER_TIMEOUT_SECONDS ?? LONGEST_TIMEOUT_SECONDS);
  const backend = { config, secrets, env, launcherTimeoutMs: timeout * 1_000 };
  return {
    config,
    backends: createBackendRegistry(backendLoaders(backend)),
    targets: targetsOf(config, findSurroundings(env)),
    ...(await queuesOf(config, env)),
    maxReceiveCount: Number(env.SLIPWAY_MAX_RECEIVE_COUNT ?? DEFAULT_MAX_RECEIVE_COUNT),
    baseEnvironment: baseEnvironment(env, environment),
    log: createLog(logger),
    metrics: await createMetrics(env),
  };
}

/** The queues that are named; without any, results go to stdout and pauses nowhere. */
async function queuesOf(
  config: Config,
  env: Environment,
): Promise<Pick<Dependencies, "results" | "requests" | "deadLetters">> {
  const places = resultPlaces(config.results, env);
  const urls = {
    requests: env.SLIPWAY_REQUESTS_URL,
    deadLetters: env.SLIPWAY_DEAD_LETTERS_URL,
    results: places.queue,
  };
  const isNamed = Object.values(urls).some(Boolean);
  const queues = isNamed ? createSqsQueues(createSqs(env), urls) : undefined;
  return {
    requests: queues?.requests ?? createNoQueue(),
    deadLetters: queues?.deadLetters,
    results: (await openResultSinks(places, queues?.results)) ?? createStdoutResultSink(),
  };
}
