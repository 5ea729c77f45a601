import { setTimeout as pause } from "node:timers/promises";
import type { SQSRecord } from "aws-lambda";
import type { Backend } from "../../../../lib/backends/backend.ts";
import { backendLoaders } from "../../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../../lib/backends/registry.ts";
import type { Config } from "../../../../lib/config/config.ts";
import { createSecretResolver } from "../../../../lib/config/secrets.ts";
import type { LaunchError } from "../../../../lib/runs/launch-error.ts";
import { type Result, TERMINAL_STATES } from "../../../../lib/runs/result.ts";
import type { Target } from "../../../../lib/runs/run.ts";
import type { Dependencies } from "../../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../../lib/usecases/submit-batch.ts";
import { type WatchReport, watch } from "../../../../lib/usecases/watch.ts";
import { anId } from "../../../support/builders.ts";
import { type Call, type Interception, startFaultProxy } from "../../support/fault-proxy.ts";
import type { Stage } from "../../support/stage.ts";
import { createTruth } from "../../support/truth.ts";

export interface BenchOptions {
  /** Deals with calls on their way to the engine. */
  readonly intercept?: (call: Call) => Interception | undefined;
  /** Puts something between the use cases and the real backend. */
  readonly spoil?: (backend: Backend) => Backend;
  /** Which results are not taken. */
  readonly refuses?: (result: Result) => LaunchError | undefined;
  readonly retentionSeconds?: number;
  readonly launcherTimeoutMs?: number;
  /** Where others' runs are looked for, too. */
  readonly besides?: { readonly targets: readonly Target[]; readonly config: Partial<Config> };
  /** Real queues in the place of arrays. */
  readonly queues?: Partial<Pick<Dependencies, "results" | "deadLetters" | "maxReceiveCount">>;
}

export interface Order {
  readonly id?: string;
  readonly exitCode?: number;
  readonly pauseSeconds?: number;
  readonly fields?: Record<string, unknown>;
}

/** Both handlers before one real engine, whose calls can be spoiled; results are kept in an array. */
export type Bench = Awaited<ReturnType<typeof openBench>>;

const PATIENCE_MS = 60_000;

export async function openBench(stage: Stage, options: BenchOptions = {}) {
  const truth = await createTruth();
  const proxy = stage.upstream
    ? await startFaultProxy({
        upstream: stage.upstream,
        ...(stage.serve ? { serve: stage.serve } : {}),
        ...(options.intercept ? { intercept: options.intercept } : {}),
      })
    : undefined;
  const place = await stage.enter(proxy?.port, truth.directory);
  const { besides } = options;
  const config = {
    ...place.config,
    retention_seconds: options.retentionSeconds ?? 3_600,
    ...besides?.config,
    docker_hosts: { ...place.config.docker_hosts, ...besides?.config.docker_hosts },
  };
  const published: Result[] = [];
  const logged: string[] = [];
  const delays: number[] = [];
  const opened: Dependencies[] = [];

  /** A function's fresh environment. */
  const anew = (spoil = options.spoil): Dependencies => {
    const { launcherTimeoutMs = 900_000 } = options;
    const secrets = createSecretResolver({ env: {} });
    const env = { PATH: process.env.PATH, HOME: "/nonexistent" };
    const loaders = backendLoaders({ config, secrets, env, launcherTimeoutMs });
    const loaded =
      <Type extends keyof typeof loaders>(type: Type) =>
      async () => {
        const backend = (await loaders[type]()) as Backend;
        return spoil ? spoil(backend) : backend;
      };
    const deps: Dependencies = {
      config,
      backends: createBackendRegistry({
        process: loaded("process"),
        "docker-container": loaded("docker-container"),
        "kubernetes-job": loaded("kubernetes-job"),
      }),
      targets: [place.target, ...(besides?.targets ?? [])],
      results: {
        publish: async (results) =>
          results.map((result) => {
            const refusal = options.refuses?.(result);
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
      log: logInto(logged),
      metrics: { count: () => undefined, milliseconds: () => undefined },
      ...options.queues,
    };
    opened.push(deps);
    return deps;
  };
  const deps = anew();

  const bodyOf = ({ id = anId(), exitCode = 0, pauseSeconds = 0, fields = {} }: Order = {}) => {
    const script = truth.script(id, exitCode, place.inside, pauseSeconds);
    return { id, infrastructure: { ...place.infrastructure(script), ...fields } };
  };

  /** One invocation of submit; the ids of the messages that go back to the queue. */
  const deliver = async (records: readonly SQSRecord[], by = deps): Promise<string[]> => {
    const limit = { getRemainingTimeInMillis: () => PATIENCE_MS };
    const { batchItemFailures } = await submitBatch(by, { Records: [...records] }, limit);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };

  /** As a queue does: what goes back is delivered again. */
  const deliverUntilTaken = async (records: readonly SQSRecord[], by = deps): Promise<void> => {
    await untilTrue("everything is taken", async () => {
      const wentBack = await deliver(records, by);
      records = records.filter(({ messageId }) => wentBack.includes(messageId));
      return records.length === 0;
    });
  };

  /** One look of the watcher at everything. */
  const look = (by = deps, ms = PATIENCE_MS): Promise<WatchReport> =>
    watch(by, { signal: AbortSignal.timeout(ms) });

  const endsOf = (id: string) =>
    published.filter(({ subject, data }) => subject === id && TERMINAL_STATES.has(data.state));

  const untilTrue = async (what: string, probe: () => Promise<unknown> | unknown) => {
    const end = performance.now() + PATIENCE_MS;
    while (!(await probe())) {
      if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms, but never: ${what}`);
      await pause(100);
    }
  };

  return {
    proxy,
    place,
    deps,
    anew,
    published,
    logged,
    /** How long requests were to stay away, in seconds. */
    delays,
    bodyOf,
    deliver,
    deliverUntilTaken,
    look,
    endsOf,
    until: untilTrue,
    /** Looks until a run's end is told, and gives it. */
    async untilEnded(id: string, by = deps): Promise<Result> {
      await untilTrue(`${id} has ended`, async () => {
        await look(by);
        return endsOf(id).length > 0;
      });
      return endsOf(id)[0] as Result;
    },
    /** Waits for a run to end without looking for it. */
    untilOver: (id: string) =>
      untilTrue(`${id} is over`, async () =>
        (await truth.read()).some((one) => one.id === id && one.event === "end"),
      ),
    untilBegun: (id: string) =>
      untilTrue(`${id} has begun`, async () =>
        (await truth.read()).some((one) => one.id === id && one.event === "start"),
      ),
    /** How often a run's command began, by its own account. */
    starts: async (id: string) =>
      (await truth.read()).filter((one) => one.id === id && one.event === "start").length,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(({ backends }) => backends.close()));
      await place[Symbol.asyncDispose]();
      await proxy?.[Symbol.asyncDispose]();
      await truth[Symbol.asyncDispose]();
    },
  };
}

function logInto(logged: string[]): Dependencies["log"] {
  const log = (message: string, fields?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return { debug: log, info: log, warn: log, error: log };
}
