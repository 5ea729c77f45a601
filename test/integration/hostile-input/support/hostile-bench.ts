import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { backendLoaders } from "../../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../../lib/backends/registry.ts";
import { Config } from "../../../../lib/config/config.ts";
import { createSecretResolver } from "../../../../lib/config/secrets.ts";
import type { Result } from "../../../../lib/runs/result.ts";
import type { Dependencies } from "../../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../../lib/usecases/submit-batch.ts";
import { watch } from "../../../../lib/usecases/watch.ts";

export interface HostileBench extends AsyncDisposable {
  readonly deps: Dependencies;
  readonly published: Result[];
  /** Everything logged, as it would be read. */
  readonly logged: string[];
  /** What the Docker engine was asked to do beyond saying what it is. */
  readonly asked: string[];
  /** How many runs have begun on this machine. */
  runs(): Promise<number>;
  /** The terminal result of a run, swept for until it comes. */
  untilEnded(id: string): Promise<Result>;
  /** Sends one batch through the handler; the ids of the messages that go back to the queue. */
  send(records: readonly SQSRecord[]): Promise<string[]>;
}

interface Surroundings {
  readonly environment?: Record<string, string>;
  /** The Docker engine refuses every request by repeating all of it. */
  readonly engineRepeats?: boolean;
}

/**
 * The submit handler over all three backends. Processes are real; the cluster is a port where nobody listens, so that a
 * request which gets as far as that is seen to go back to the queue; the Docker engine only says what it is.
 */
export async function createHostileBench(
  fields: Record<string, unknown> = {},
  { environment = {}, engineRepeats = false }: Surroundings = {},
): Promise<HostileBench> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-hostile-"));
  const witness = await startWitness(engineRepeats);
  const env = { PATH: process.env.PATH, DOCKER_HOST: witness.host, ...environment };
  const config = Config.parse({
    process: { directory: join(directory, "runs") },
    clusters: { prod: { kubeconfig: KUBECONFIG } },
    defaults: { "kubernetes-job": "prod" },
    ...fields,
  });
  const secrets = createSecretResolver({ env });
  const deps = { config, secrets, env, launcherTimeoutMs: 900_000 };
  const backends = createBackendRegistry(backendLoaders(deps));
  const published: Result[] = [];
  const logged: string[] = [];
  const log = (message: string, more?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(more ?? {}, withErrors)}`);
  const all: Dependencies = {
    config,
    backends,
    targets: [{ type: "process", name: "default" }],
    results: {
      publish: async (results) => {
        published.push(...results);
        return results.map(() => undefined);
      },
    },
    requests: { delay: async () => undefined, nowMs: async () => Date.now() },
    deadLetters: undefined,
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: { debug: log, info: log, warn: log, error: log },
    metrics: { count: () => undefined, milliseconds: () => undefined },
  };
  return {
    deps: all,
    published,
    logged,
    asked: witness.asked,
    runs: async () => {
      const names = await readdir(join(directory, "runs")).catch(() => []);
      return names.filter((name) => /^[a-z2-7]{16}$/.test(name)).length;
    },
    async send(records) {
      const event: SQSEvent = { Records: [...records] };
      const limit = { getRemainingTimeInMillis: () => 120_000 };
      const { batchItemFailures } = await submitBatch(all, event, limit);
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    async untilEnded(id) {
      const deadline = AbortSignal.timeout(120_000);
      for (;;) {
        const isEnd = ({ subject, data }: Result) => subject === id && data.state !== "submitted";
        const found = published.find(isEnd);
        if (found) return found;
        deadline.throwIfAborted();
        await watch(all, { signal: deadline, follow: AbortSignal.timeout(300) });
      }
    },
    async [Symbol.asyncDispose]() {
      await backends.close();
      await witness.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Errors with everything they carry, as a structured log shows them. */
function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...value, message: value.message, stack: value.stack, cause: value.cause };
}

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "prod",
  contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
  clusters: [{ name: "prod", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "prod", user: { token: "c4n4ry-cluster-token" } }],
});

const ANSWERS: Readonly<Record<string, object>> = {
  _ping: {},
  version: { Version: "27.0.0", ApiVersion: "1.46", MinAPIVersion: "1.24" },
  info: { OSType: "linux", LoggingDriver: "json-file", SystemTime: "2026-01-01T00:00:00Z" },
};

/** A Docker engine that says what it is, does nothing, and notes down what else it was asked. */
async function startWitness(repeats: boolean) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const name = request.url?.split(/[/?]/).find((part) => part in ANSWERS);
    const said = `${JSON.stringify(request.headers)} ${await text(request)}`;
    if (name === undefined) asked.push(`${request.method} ${request.url}`);
    const refusal = request.method === "GET" ? 404 : 400; // what is asked for is not there
    response.writeHead(name === undefined ? (repeats ? refusal : 500) : 200, {
      "content-type": "application/json",
      "api-version": "1.46",
    });
    response.end(JSON.stringify(name === undefined ? { message: said } : ANSWERS[name]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { host: `tcp://127.0.0.1:${port}`, asked, stop };
}
