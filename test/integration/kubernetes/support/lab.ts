import { setTimeout as pause } from "node:timers/promises";
import { createKubernetesBackend } from "../../../../lib/backends/kubernetes/backend.ts";
import type { KubernetesJobSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Ended, Observation, ObservedRun } from "../../../../lib/runs/observation.ts";
import type { Run } from "../../../../lib/runs/run.ts";
import { aRun } from "../../../support/builders.ts";
import { type Admin, connectAdmin } from "./admin.ts";
import { dependencies, specOf, TARGET } from "./kubernetes-subject.ts";
import { createNamespace } from "./namespace.ts";

const LIST_EVERY_MS = 2_000;
const PATIENCE_MS = 55_000;

/**
 * Many runs on one cluster under one watcher, as the product has it: each test waits for its own run, and all of them wait
 * at once.
 */
export interface Lab extends AsyncDisposable {
  readonly admin: Admin;
  readonly backend: ReturnType<typeof createKubernetesBackend>;
  readonly namespace: string;
  run(script: string, fields?: Record<string, unknown>): Run<KubernetesJobSpec>;
  /** Submits and gives back what was created. */
  start(run: Run<KubernetesJobSpec>): Promise<ObservedRun>;
  until<State extends Observation["state"]>(
    run: Pick<Run, "key">,
    state: State,
    patienceMs?: number,
  ): Promise<Extract<Observation, { state: State }>>;
  /** Submits and waits for the end. */
  end(run: Run<KubernetesJobSpec>): Promise<Ended>;
  jobPath(run: ObservedRun): string;
  /** The one pod of a run. */
  podPath(run: ObservedRun): Promise<string>;
  signal(): AbortSignal;
}

export async function createLab({
  kubeconfig,
  namespaceLabels = {},
}: {
  kubeconfig?: string;
  namespaceLabels?: Record<string, string>;
} = {}): Promise<Lab> {
  const admin = await connectAdmin(kubeconfig);
  const place = await createNamespace(admin, namespaceLabels);
  const backend = createKubernetesBackend(dependencies(admin.kubeconfig, [place.name]));
  const seen = new Map<string, Observation>();
  const close = new AbortController();
  const watching = watch(backend, seen, close.signal);
  const signal = () => AbortSignal.timeout(PATIENCE_MS);

  const until: Lab["until"] = async (run, state, patienceMs = PATIENCE_MS) => {
    const end = performance.now() + patienceMs;
    while (performance.now() < end) {
      const observation = seen.get(run.key.id);
      if (observation?.state === state) return observation as never;
      await pause(50);
    }
    const last = JSON.stringify(seen.get(run.key.id));
    throw new Error(`waited ${patienceMs} ms, but it was never ${state}; last seen: ${last}`);
  };
  const start: Lab["start"] = async (run) => (await backend.submit(run, signal())).run;
  const jobPath = ({ identifier }: ObservedRun) => {
    const [namespace, name] = identifier.split("/");
    return `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
  };

  return {
    admin,
    backend,
    namespace: place.name,
    run: (script, fields) => aRun(specOf(place.name, script, fields), TARGET),
    start,
    until,
    async end(run) {
      await start(run);
      return until(run, "ended");
    },
    jobPath,
    async podPath(run) {
      const [pod] = await admin.pods(place.name, `slipway.dev/run=${run.key.hash}`);
      return `/api/v1/namespaces/${place.name}/pods/${pod?.metadata?.name}`;
    },
    signal,
    async [Symbol.asyncDispose]() {
      close.abort();
      await watching;
      await backend.close();
      await place[Symbol.asyncDispose]();
      admin[Symbol.dispose]();
    },
  };
}

/** Lists, follows, lists again; what cannot be asked for a while is asked again. */
async function watch(
  backend: Lab["backend"],
  seen: Map<string, Observation>,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(LIST_EVERY_MS)]);
    try {
      for await (const observation of backend.open(TARGET, { signal, follow: true }))
        seen.set(observation.run.key.id, observation);
    } catch {
      await pause(200);
    }
  }
}

/** Everything that comes, to the end. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const came: Item[] = [];
  for await (const item of items) came.push(item);
  return came;
}
