import { backendLoaders } from "../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../lib/backends/registry.ts";
import { Config } from "../../../lib/config/config.ts";
import { createSecretResolver } from "../../../lib/config/secrets.ts";
import { createLocalDependencies } from "../../../lib/local/dependencies.ts";
import { type EmbeddedQueue, startEmbeddedQueue } from "../../../lib/local/embedded-queue.ts";
import { startEventSource } from "../../../lib/local/event-source.ts";
import { createHandlers } from "../../../lib/local/handlers.ts";
import { startSchedule } from "../../../lib/local/schedule.ts";
import { createSqsSource } from "../../../lib/local/sqs-source.ts";
import { createSqs } from "../../../lib/queues/sqs.ts";
import type { Target } from "../../../lib/runs/run.ts";
import type { Log } from "../../../lib/usecases/dependencies.ts";

/**
 * One part of Slipway in a process of its own, for the soak to kill: the queue server, a launcher or a watcher. What it
 * needs comes as JSON in SOAK_COMPONENT.
 */
export type ComponentSpec =
  | {
      readonly kind: "queue";
      readonly port: number;
      readonly dataDirectory: string;
      readonly visibilitySeconds: number;
      readonly maxReceiveCount: number;
    }
  | {
      readonly kind: "launcher" | "watcher";
      readonly place: Pick<EmbeddedQueue, "env" | "urls" | "maxReceiveCount">;
      readonly config: unknown;
      readonly target: Target;
      readonly timeoutSeconds: number;
    };

async function main(spec: ComponentSpec): Promise<void> {
  if (spec.kind === "queue") {
    await startEmbeddedQueue(spec);
    return;
  }
  const { timeoutSeconds } = spec;
  const config = Config.parse(spec.config);
  const secrets = createSecretResolver({});
  const backend = { config, secrets, env: process.env, launcherTimeoutMs: timeoutSeconds * 1_000 };
  const backends = createBackendRegistry(backendLoaders(backend));
  const engines = { config, backends, targets: [spec.target], baseEnvironment: {} };
  const sqs = createSqs(spec.place.env);
  const deps = await createLocalDependencies(engines, { ...spec.place, sqs }, { log: LOG });
  const handlers = createHandlers(deps);
  if (spec.kind === "watcher") {
    startSchedule({ tick: handlers.watch, everyMs: 500, log: LOG });
    return;
  }
  const queueUrl = spec.place.urls.requests;
  const source = createSqsSource({ client: sqs.clientOf(queueUrl), queueUrl });
  startEventSource({
    source,
    handler: handlers.submit,
    log: LOG,
    timeoutSeconds,
    visibilitySeconds: timeoutSeconds, // launchers are killed far more often than in real life
  });
}

const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
  void process.stderr.write(`${level} ${message} ${JSON.stringify(fields ?? {})}\n`);

const LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: write("warn"),
  error: write("error"),
};

await main(JSON.parse(process.env.SOAK_COMPONENT ?? "null"));
