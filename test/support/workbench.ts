import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "../../lib/backends/backend.ts";
import { createProcessBackend } from "../../lib/backends/process/backend.ts";
import { createBackendRegistry } from "../../lib/backends/registry.ts";
import { Config } from "../../lib/config/config.ts";
import type { RequestMessage } from "../../lib/queues/request-queue.ts";
import type { Result } from "../../lib/runs/result.ts";
import type { Dependencies } from "../../lib/usecases/dependencies.ts";
import { someBackendDependencies } from "./builders.ts";

export interface Workbench extends AsyncDisposable {
  readonly deps: Dependencies;
  readonly published: Result[];
  readonly delays: { readonly message: RequestMessage; readonly seconds: number }[];
  /** The words of everything logged. */
  readonly logged: string[];
}

interface Options {
  readonly config?: Record<string, unknown>;
  /** Puts something between the use case and the real backend: an error at a chosen verb. */
  readonly spoil?: (backend: Backend) => Backend;
  readonly nowMs?: () => number;
  /** Which results are not taken, by state. */
  readonly refuses?: (result: Result) => Error | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly deadLetters?: Dependencies["deadLetters"];
}

/** The use cases over real processes in a directory of their own, and queues that keep everything in an array. */
export async function createWorkbench(options: Options = {}): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-workbench-"));
  const config = Config.parse({ process: { directory }, ...options.config });
  const published: Result[] = [];
  const delays: Workbench["delays"] = [];
  const logged: string[] = [];
  const log = (message: string, fields?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const load = async () => {
    const env = options.env ?? { PATH: process.env.PATH };
    const backend = createProcessBackend(someBackendDependencies({ config, env }));
    return options.spoil ? options.spoil(backend) : backend;
  };
  const backends = createBackendRegistry({
    process: load,
    "docker-container": load,
    "kubernetes-job": load,
  });
  const deps: Dependencies = {
    config,
    backends,
    targets: [{ type: "process", name: "default" }],
    results: {
      publish: async (results) =>
        results.map((result) => {
          const error = options.refuses?.(result);
          if (!error) published.push(result);
          return error as never;
        }),
    },
    requests: {
      delay: async (message, seconds) => void delays.push({ message, seconds }),
      nowMs: async () => (options.nowMs ?? Date.now)(),
    },
    deadLetters: options.deadLetters,
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: { debug: log, info: log, warn: log, error: log },
    metrics: { count: () => undefined, milliseconds: () => undefined },
  };
  return {
    deps,
    published,
    delays,
    logged,
    async [Symbol.asyncDispose]() {
      await backends.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); // a run may still be writing
    },
  };
}
