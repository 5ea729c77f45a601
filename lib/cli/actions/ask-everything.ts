import { backendLoaders } from "../../backends/loaders.ts";
import { createBackendRegistry } from "../../backends/registry.ts";
import type { Config } from "../../config/config.ts";
import { createSecretResolver, resolveEnvironment } from "../../config/secrets.ts";
import { findSurroundings } from "../../config/surroundings.ts";
import { targetsOf } from "../../config/targets.ts";
import { resultPlaces } from "../../queues/open-result-sinks.ts";
import type { Target } from "../../runs/run.ts";
import { checkOne, checkTargets } from "../../usecases/check-targets.ts";
import { LAUNCHER_TIMEOUT_MS } from "../engines.ts";
import type { Terminal } from "../terminal.ts";

/** Something that was asked, or would be. */
export interface Subject {
  readonly title: string;
  /** undefined where it is no target of runs. */
  readonly target?: Target;
  readonly version?: string | undefined;
  readonly latencyMs?: number;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Every target, every queue and every secret of the base environment, all at once. */
export async function askEverything(config: Config, env: Terminal["env"]): Promise<Subject[]> {
  const secrets = createSecretResolver({ env });
  const loaders = backendLoaders({ config, secrets, env, launcherTimeoutMs: LAUNCHER_TIMEOUT_MS });
  const backends = createBackendRegistry(loaders);
  try {
    const [targets, queues, environment] = await Promise.all([
      checkTargets(backends, targetsOf(config, findSurroundings(env))),
      askQueues(config, env),
      checkOne(async () => {
        await resolveEnvironment(config.environment, secrets);
        return { version: "", problems: [], notes: [] };
      }),
    ]);
    return [
      ...targets.map((one) => ({ title: `${one.target.type} ${one.target.name}`, ...one })),
      ...queues,
      ...(environment.problems.length > 0 ? [{ title: "environment", ...environment }] : []),
    ];
  } finally {
    await backends.close();
  }
}

/** The queues that the environment or the configuration names. */
async function askQueues(config: Config, env: Terminal["env"]): Promise<Subject[]> {
  const urls = {
    "requests queue": env.SLIPWAY_REQUESTS_URL,
    "dead letters queue": env.SLIPWAY_DEAD_LETTERS_URL,
    "results queue": resultPlaces(config.results, env).queue,
  };
  const named = Object.entries(urls).filter((entry): entry is [string, string] => !!entry[1]);
  return Promise.all(
    named.map(async ([title, url]) => ({
      title,
      ...(await checkOne((signal) => askQueue(env, url, signal))),
    })),
  );
}

async function askQueue(env: Terminal["env"], url: string, signal: AbortSignal) {
  const { createSqs } = await import("../../queues/sqs.ts");
  const { checkQueue } = await import("../../queues/check-queue.ts");
  const sqs = createSqs(env);
  const queue = { client: sqs.clientOf(url), queueUrl: url };
  const { waiting } = await checkQueue(queue, signal).finally(sqs.destroy);
  return {
    version: "SQS",
    problems: [],
    notes: waiting > 0 ? [`about ${waiting} messages wait`] : [],
  };
}
