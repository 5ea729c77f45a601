import type { Backend } from "../../lib/backends/backend.ts";
import { createDockerBackend } from "../../lib/backends/docker/backend.ts";
import { createBackendRegistry } from "../../lib/backends/registry.ts";
import type { Result } from "../../lib/runs/result.ts";
import type { Dependencies } from "../../lib/usecases/dependencies.ts";
import { dependencies } from "../../test/integration/docker/support/docker-subject.ts";
import type { PrivateEngine } from "../../test/integration/docker/support/private-engine.ts";
import { IMAGE } from "../../test/integration/docker/support/raw-call.ts";
import { locally } from "../../test/integration/docker/support/ways.ts";

export interface DockerStage extends AsyncDisposable {
  readonly deps: Dependencies;
  /** Called with every result as it goes out. */
  onPublish(listener: (result: Result) => void): void;
}

/** The use cases over an engine, with queues that take everything at once: what is measured is Slipway and the engine. */
export function createDockerStage(engine: PrivateEngine): DockerStage {
  const { config, ...rest } = dependencies(locally(engine), {});
  const load = async () => createDockerBackend({ config, ...rest }) as Backend;
  const backends = createBackendRegistry({
    "kubernetes-job": load,
    "docker-container": load,
    process: load,
  });
  const ignore = () => undefined;
  let listen: (result: Result) => void = ignore;
  return {
    onPublish: (listener) => {
      listen = listener;
    },
    deps: {
      config,
      backends,
      targets: [{ type: "docker-container", name: "default" }],
      results: {
        async publish(results) {
          results.forEach(listen);
          return results.map(() => undefined);
        },
      },
      requests: { delay: async () => undefined, nowMs: async () => Date.now() },
      deadLetters: undefined,
      maxReceiveCount: 5,
      baseEnvironment: {},
      log: { debug: ignore, info: ignore, warn: ignore, error: console.error },
      metrics: { count: ignore, milliseconds: ignore },
    },
    [Symbol.asyncDispose]: () => backends.close(),
  };
}

export const COMMAND = ["true"];

/** A message's body as senders write it. */
export const dockerRequest = (id: string) =>
  JSON.stringify({
    id,
    infrastructure: {
      type: "docker-container",
      image: IMAGE,
      command: COMMAND,
      labels: { team: "data" },
    },
  });
