import { setTimeout as pause } from "node:timers/promises";
import { createDockerBackend } from "../../../../lib/backends/docker/backend.ts";
import { containerName } from "../../../../lib/backends/docker/names.ts";
import type { DockerContainerSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Ended, Observation } from "../../../../lib/runs/observation.ts";
import type { Run, Target } from "../../../../lib/runs/run.ts";
import type { LauncherOptions } from "../../../contract/subject.ts";
import { aRun, aSpec } from "../../../support/builders.ts";
import { dependencies, type WayToEngine } from "./docker-subject.ts";
import { IMAGE, type RawAnswer, rawCall } from "./raw-call.ts";

/** One engine with a backend in front of it and the engine's own API behind. */
export function createStage(socket: string, way: WayToEngine) {
  const target: Target = { type: "docker-container", name: way.target };
  const backend = createDockerBackend(dependencies(way, {}));
  const signal = () => AbortSignal.timeout(60_000);

  const another = (options: LauncherOptions) => createDockerBackend(dependencies(way, options));

  const run = (script: string, fields: Record<string, unknown> = {}): Run<DockerContainerSpec> =>
    aRun(
      aSpec("docker-container", {
        image: IMAGE,
        network_mode: "none",
        command: ["/bin/sh", "-c", script],
        ...fields,
      }),
      target,
    );

  const raw = (method: string, path: string, body?: unknown): Promise<RawAnswer> =>
    rawCall(socket, method, path, body);

  async function listed(what: Run, by = backend): Promise<Observation | undefined> {
    let found: Observation | undefined;
    for await (const seen of by.open(target, { signal: signal() }))
      if (seen.run.key.id === what.key.id) found = seen;
    return found;
  }

  async function until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
    const end = Date.now() + 50_000;
    while (Date.now() < end) {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      await pause(100);
    }
    throw new Error(`never: ${what}`);
  }

  const untilEnded = (what: Run, by = backend): Promise<Ended> =>
    until(`${what.key.id} ends`, async () => {
      const seen = await listed(what, by);
      return seen?.state === "ended" ? seen : undefined;
    });

  const untilRunning = (what: Run) =>
    until(`${what.key.id} runs`, async () => (await listed(what))?.state === "running");

  /** A run from its submission to its end. */
  async function ended(script: string, fields?: Record<string, unknown>): Promise<Ended> {
    const what = run(script, fields);
    await backend.submit(what, signal());
    return untilEnded(what);
  }

  return {
    socket,
    target,
    backend,
    another,
    signal,
    run,
    raw,
    listed,
    until,
    untilEnded,
    untilRunning,
    ended,
    submit: (what: Run<DockerContainerSpec>) => backend.submit(what, signal()),
    settle: (end: Ended) => backend.settle(end.run, signal()),
    nameOf: (what: Run) => containerName(what.key),
    close: () => backend.close(),
  };
}

export type Stage = ReturnType<typeof createStage>;
