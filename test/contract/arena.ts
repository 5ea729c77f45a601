import { setTimeout as pause } from "node:timers/promises";
import type {
  Backend,
  CancelOptions,
  OutputPiece,
  Submission,
} from "../../lib/backends/backend.ts";
import type { Spec } from "../../lib/runs/infrastructure.ts";
import { LaunchError } from "../../lib/runs/launch-error.ts";
import type { Ended, Observation } from "../../lib/runs/observation.ts";
import type { Run } from "../../lib/runs/run.ts";
import { aRun } from "../support/builders.ts";
import type { ContractSubject, LauncherOptions } from "./subject.ts";

/** What the cases of the contract have in their hands. */
export type Arena = ReturnType<typeof createArena>;

const POLL_MS = 50;

export const CANCEL: CancelOptions = {
  graceSeconds: 20,
  reason: "Cancelled",
  message: "cancelled by its sender",
};

export const FENCE: CancelOptions = {
  graceSeconds: 0,
  reason: "SubmissionFailed",
  message: "its engine did not accept it in time",
};

export function createArena(subjectOf: () => ContractSubject) {
  const backends: Backend[] = [];

  const launcher = (options?: LauncherOptions): Backend<Spec> => {
    const backend = subjectOf().createBackend(options);
    backends.push(backend);
    return backend;
  };

  const deadline = () => AbortSignal.timeout(subjectOf().patienceMs);

  const moment = () => subjectOf().momentSeconds ?? 2;

  const run = (script: string, fields: Record<string, unknown> = {}, id?: string): Run => {
    const { specOf, target } = subjectOf();
    return aRun(specOf(script, fields), target, id === undefined ? {} : { id });
  };

  /** Submits as a queue does: what may succeed later is sent again. */
  const submit = (backend: Backend, what: Run): Promise<Submission> =>
    until(`${what.key.id} is submitted`, async (signal) => {
      try {
        return await backend.submit(what, signal);
      } catch (error) {
        if (error instanceof LaunchError && error.retryable) return undefined;
        throw error;
      }
    });

  /** What one list shows of a run. */
  const listed = async (backend: Backend, { key }: Run): Promise<Observation | undefined> => {
    let found: Observation | undefined;
    for await (const seen of backend.open(key.target, { signal: deadline() }))
      if (seen.run.key.id === key.id) found = seen;
    return found;
  };

  const untilState = <State extends Observation["state"]>(
    backend: Backend,
    what: Run,
    state: State,
  ): Promise<Extract<Observation, { state: State }>> =>
    until(`${what.key.id} is ${state}`, async (_, tell) => {
      const seen = await listed(backend, what);
      tell(seen);
      return seen?.state === state ? (seen as Extract<Observation, { state: State }>) : undefined;
    });

  const untilEnded = (backend: Backend, what: Run): Promise<Ended> =>
    untilState(backend, what, "ended");

  const settle = async (backend: Backend, ended: Ended) => backend.settle(ended.run, deadline());

  /** Waits for a condition; fails by name when the engine's patience is over, with what the probe told last. */
  async function until<T>(
    what: string,
    probe: (signal: AbortSignal, tell: (seen: unknown) => void) => Promise<T | undefined | false>,
  ): Promise<T> {
    const end = deadline();
    let last: unknown;
    const tell = (seen: unknown) => {
      last = seen;
    };
    while (!end.aborted) {
      const value = await probe(end, tell);
      if (value !== undefined && value !== false) return value;
      await pause(POLL_MS);
    }
    throw new Error(
      `waited ${subjectOf().patienceMs} ms, but never: ${what}; last seen: ${JSON.stringify(last)}`,
    );
  }

  const close = async () => {
    await Promise.all(backends.splice(0).map((backend) => backend.close()));
  };

  return {
    subject: subjectOf,
    launcher,
    deadline,
    moment,
    run,
    submit,
    listed,
    untilState,
    untilEnded,
    settle,
    until,
    close,
  };
}

/** Everything a stream yields, in one piece. */
export async function collect(output: AsyncIterable<OutputPiece>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of output) pieces.push(bytes);
  return Buffer.concat(pieces);
}
