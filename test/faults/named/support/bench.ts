import { setTimeout as pause } from "node:timers/promises";
import type { SQSRecord } from "aws-lambda";
import type { Config } from "../../../../lib/config/config.ts";
import { type Result, TERMINAL_STATES } from "../../../../lib/runs/result.ts";
import type { Target } from "../../../../lib/runs/run.ts";
import type { Dependencies } from "../../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../../lib/usecases/submit-batch.ts";
import { type WatchReport, watch } from "../../../../lib/usecases/watch.ts";
import { anId } from "../../../support/builders.ts";
import { type Call, type Interception, startFaultProxy } from "../../support/fault-proxy.ts";
import type { Stage } from "../../support/stage.ts";
import { createTruth } from "../../support/truth.ts";
import { type SpoilOptions, spoiledDependencies, type Told } from "./spoiled-dependencies.ts";

export interface BenchOptions extends SpoilOptions {
  /** Deals with calls on their way to the engine. */
  readonly intercept?: (call: Call) => Interception | undefined;
  readonly retentionSeconds?: number;
  /** Where others' runs are looked for, too. */
  readonly besides?: { readonly targets: readonly Target[]; readonly config: Partial<Config> };
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
  const told: Told = { published: [], logged: [], delays: [] };
  const { published } = told;
  const opened: Dependencies[] = [];

  /** A function's fresh environment. */
  const anew = (spoil = options.spoil): Dependencies => {
    const targets = [place.target, ...(besides?.targets ?? [])];
    const made = spoiledDependencies(config, targets, { ...options, spoil }, told);
    opened.push(made);
    return made;
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

  let seen: WatchReport | undefined;

  /** One look of the watcher at everything. */
  const look = async (by = deps, ms = PATIENCE_MS): Promise<WatchReport> => {
    seen = undefined;
    seen = await watch(by, { signal: AbortSignal.timeout(ms) });
    return seen;
  };

  const endsOf = (id: string) =>
    published.filter(({ subject, data }) => subject === id && TERMINAL_STATES.has(data.state));

  const untilTrue = async (what: string, probe: () => Promise<unknown> | unknown) => {
    const end = performance.now() + PATIENCE_MS;
    while (!(await probe())) {
      if (performance.now() > end)
        throw new Error(`waited ${PATIENCE_MS} ms, but never: ${what}. ${await situation()}`);
      await pause(100);
    }
  };

  /** What a failed wait has to say beside itself: whoever reads it was not there. */
  const situation = async () => {
    const left = await place.leftovers().catch(String);
    const words = told.logged.slice(-10).join("\n");
    return `Last look: ${JSON.stringify(seen)}. There is: ${left}. Last words:\n${words}`;
  };

  return {
    proxy,
    place,
    deps,
    anew,
    ...told,
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
