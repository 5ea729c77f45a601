import { submitBatch } from "../lib/usecases/submit-batch.ts";
import { sweep } from "../lib/usecases/sweep.ts";
import {
  type PrivateEngine,
  startPrivateEngine,
} from "../test/integration/docker/support/private-engine.ts";
import { IMAGE, rawCall } from "../test/integration/docker/support/raw-call.ts";
import { defineBench, type Row } from "./support/define-bench.ts";
import {
  COMMAND,
  createDockerStage,
  type DockerStage,
  dockerRequest,
} from "./support/docker-stage.ts";
import { eventOf } from "./support/kubernetes-stage.ts";
import { inPool, milliseconds } from "./support/pool.ts";
import { median, quantile } from "./support/statistics.ts";

const RUNS = 16;
const TURNS = 10;
const SINGLE_RUNS = 60;
const LYING_AROUND = 500;
const LOOKS = 15;
const BARE = "bare create + start loop";
const LIMIT = { getRemainingTimeInMillis: () => 120_000 };

export const bench = defineBench({
  name: "docker",
  title: "Docker: containers started, ended and swept",
  method: [
    "An engine of its own (20.10), so that nobody else's containers cost time. Submitting goes through the whole handler,",
    "from the SQS event to its response; the bare loop sends create and start over the same socket. Baseline and Slipway",
    "take ten turns, the one or the other first, and the median counts. The end's delay is from the engine's `FinishedAt` to the result's",
    "publication by a watcher that follows. Queues answer at once.",
  ].join("\n"),
  async measure() {
    const engine = await startPrivateEngine();
    try {
      await using stage = createDockerStage(engine);
      await submit(stage, "warm-up");
      const rates = await startRates(engine, stage);
      await publishAll(stage);
      return [...rates, ...(await delays(stage)), ...(await looks(stage))];
    } finally {
      await engine.dispose();
    }
  },
});

async function submit({ deps }: DockerStage, id: string): Promise<void> {
  const { batchItemFailures } = await submitBatch(deps, eventOf([dockerRequest(id)]), LIMIT);
  if (batchItemFailures.length > 0) throw new Error("a request went back to the queue");
}

async function startBare({ socket }: PrivateEngine, name: string): Promise<void> {
  const body = { Image: IMAGE, Cmd: COMMAND };
  const made = await rawCall(socket, "POST", `/containers/create?name=${name}`, body);
  const started = await rawCall(socket, "POST", `/containers/${made.body.Id}/start`);
  if (started.status !== 204) throw new Error(`the engine answers ${started.status}`);
}

async function startRates(engine: PrivateEngine, stage: DockerStage): Promise<Row[]> {
  const rows: Row[] = [];
  for (const atOnce of [1, 10]) {
    const rates = { bare: [] as number[], slipway: [] as number[] };
    for (let turn = 0; turn < TURNS; turn++) {
      const ids = (kind: string) =>
        Array.from({ length: RUNS }, (_, index) => `${kind}-${atOnce}-${turn}-${index}`);
      const perSecond = async (kind: string, work: (id: string) => Promise<void>) =>
        (RUNS * 1_000) / (await milliseconds(() => inPool(ids(kind), atOnce, work)));
      const bare = async () =>
        rates.bare.push(await perSecond("bare", (id) => startBare(engine, id)));
      const own = async () => rates.slipway.push(await perSecond("own", (id) => submit(stage, id)));
      // An engine grows slower with every container that it has: whoever is second has more of them.
      for (const one of turn % 2 === 0 ? [bare, own] : [own, bare]) await one();
    }
    const of = { figure: `Containers created and started, ${atOnce} in flight`, unit: "1/s" };
    rows.push(
      { ...of, label: BARE, value: median(rates.bare) },
      { ...of, label: "slipway", value: median(rates.slipway), baseline: BARE },
    );
  }
  return rows;
}

async function publishAll({ deps }: DockerStage): Promise<void> {
  for (let open = 1; open > 0; ) {
    const [report] = await sweep(deps, { signal: AbortSignal.timeout(120_000) });
    if (report?.errors.length) throw report.errors[0];
    open = (report?.open ?? 0) + (report?.published ?? 0);
  }
}

async function delays(stage: DockerStage): Promise<Row[]> {
  const stop = new AbortController();
  const signal = AbortSignal.timeout(600_000);
  const watching = sweep(stage.deps, { signal, follow: stop.signal });
  const all: number[] = [];
  for (let index = 0; index < SINGLE_RUNS; index++) {
    const published = new Promise<number>((resolve) => {
      stage.onPublish(({ data }) => {
        if (data.finished_at) resolve(Date.now() - Date.parse(data.finished_at));
      });
    });
    await submit(stage, `single-${index}`);
    all.push(await published);
  }
  stop.abort();
  await watching;
  const of = { figure: "From a container's end to its result", unit: "ms" };
  return [
    { ...of, label: "half within", value: quantile(all, 0.5) },
    { ...of, label: "99 % within", value: quantile(all, 0.99) },
  ];
}

async function looks(stage: DockerStage): Promise<Row[]> {
  const lying = RUNS * TURNS * 2 + SINGLE_RUNS + 1;
  const fresh = await startPrivateEngine();
  try {
    await using bare = createDockerStage(fresh);
    await look(bare);
    const before = await timesOf(bare);
    const ids = Array.from({ length: LYING_AROUND - lying }, (_, index) => `lying-${index}`);
    await inPool(ids, 10, (id) => submit(stage, id));
    await publishAll(stage);
    const after = await timesOf(stage);
    const of = { figure: "One look and sweep, nothing new", unit: "ms" };
    const none = "an empty engine";
    return [
      { ...of, label: none, value: median(before) },
      { ...of, label: `${LYING_AROUND} exited, published`, value: median(after), baseline: none },
    ];
  } finally {
    await fresh.dispose();
  }
}

async function timesOf(stage: DockerStage): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < LOOKS; turn++) times.push(await milliseconds(() => look(stage)));
  return times;
}

async function look({ deps }: DockerStage): Promise<void> {
  const [report] = await sweep(deps, { signal: AbortSignal.timeout(60_000) });
  if (report?.errors.length) throw report.errors[0];
}
