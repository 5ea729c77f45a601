import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { submitBatch } from "../lib/usecases/submit-batch.ts";
import { sweep } from "../lib/usecases/sweep.ts";
import { TARGET } from "../test/integration/kubernetes/support/kubernetes-subject.ts";
import { startOwnCluster } from "../test/integration/kubernetes/support/own-cluster.ts";
import { type BareKubernetes, connectBare } from "./support/bare-kubernetes.ts";
import { defineBench, type Row } from "./support/define-bench.ts";
import { finish, manifestOf, requestOf, settlePatch } from "./support/kubernetes-jobs.ts";
import { createKubernetesStage, eventOf } from "./support/kubernetes-stage.ts";
import { inPool, milliseconds } from "./support/pool.ts";
import { median } from "./support/statistics.ts";
import type { Look } from "./support/sweep-once.ts";

const WARM_UP = 500;
const SUBMITTED = 3_000;
const TURNS = 15;
const REPEATS = 7;
const MANY = 10_000;
const FEW = 1_000;
const AT_ONCE = 32;

export const bench = defineBench({
  name: "kubernetes",
  title: "Kubernetes: Jobs submitted, swept and settled",
  method: [
    "A control plane of its own, without a node and with its controllers stopped, so that nothing but the calls costs",
    "time. Submitting goes through the whole handler, from the SQS event to its response; the bare loop posts the very",
    "same manifests over connections that are kept. Both are warm; they take fifteen turns, and the median counts.",
    "Sweeps run in processes of their own, so that their memory is their own. Queues answer at once.",
  ].join("\n"),
  async measure() {
    await using cluster = await startOwnCluster({ withNode: false });
    await cluster.stop("controller-manager");
    using bare = await connectBare(cluster.kubeconfig);
    const place: Place = { ...cluster, bare };
    return [...(await submitRates(place)), ...(await sweeps(place)), ...(await finishing(place))];
  },
});

interface Place {
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  readonly bare: BareKubernetes;
}

const jobsOf = (namespace: string) => `/apis/batch/v1/namespaces/${namespace}/jobs`;

async function makeNamespace({ bare }: Place, name: string): Promise<string> {
  await bare.call("POST", "/api/v1/namespaces", JSON.stringify({ metadata: { name } }));
  return name;
}

async function submitRates(place: Place): Promise<Row[]> {
  const namespace = await makeNamespace(place, "submitting");
  await using stage = createKubernetesStage(place.kubeconfig, namespace);
  const limit = { getRemainingTimeInMillis: () => 60_000 };
  const postAll = (ids: readonly string[], atOnce: number) => {
    const manifests = ids.map((id) => manifestOf(namespace, `bare-${id}`));
    return milliseconds(() =>
      inPool(manifests, atOnce, (body) => place.bare.call("POST", jobsOf(namespace), body)),
    );
  };
  const submitAll = (ids: readonly string[], atOnce: number) => {
    const events = ids.map((id) => eventOf([requestOf(namespace, `own-${id}`)]));
    return milliseconds(() =>
      inPool(events, atOnce, async (event) => {
        const { batchItemFailures } = await submitBatch(stage.deps, event, limit);
        if (batchItemFailures.length > 0) throw new Error("a request went back to the queue");
      }),
    );
  };
  await postAll(idsOf("warm", WARM_UP), 4);
  await submitAll(idsOf("warm", WARM_UP), 4);
  const rows: Row[] = [];
  for (const atOnce of [1, 10, AT_ONCE]) {
    const rates = { bare: [] as number[], slipway: [] as number[] };
    for (let turn = 0; turn < TURNS; turn++) {
      const ids = idsOf(`${atOnce}-${turn}`, SUBMITTED / TURNS);
      rates.bare.push((ids.length / (await postAll(ids, atOnce))) * 1_000);
      rates.slipway.push((ids.length / (await submitAll(ids, atOnce))) * 1_000);
    }
    const of = { figure: `Jobs submitted, ${atOnce} in flight`, unit: "1/s" };
    rows.push(
      { ...of, label: "bare POST loop", value: median(rates.bare) },
      { ...of, label: "slipway", value: median(rates.slipway), baseline: "bare POST loop" },
    );
  }
  return rows;
}

const idsOf = (kind: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${kind}-${index}`);

async function sweeps(place: Place): Promise<Row[]> {
  const few = await makeNamespace(place, "few");
  const many = await makeNamespace(place, "many");
  await fill(place, few, FEW);
  await fill(place, many, MANY);
  const [bareMany, ownMany] = await looks(place, ["bare", many], ["slipway", many]);
  await settleAll(place, many);
  await fill(place, many, FEW, "late");
  const [ownFew, ownLate] = await looks(place, ["slipway", few], ["slipway", many]);
  const time = { figure: `Looking at ${MANY} open Jobs`, unit: "ms" };
  const memory = { figure: "Memory of a look (most RSS)", unit: "MB" };
  const settled = { figure: `Looking at ${FEW} open Jobs`, unit: "ms" };
  const [baseline, alone, beside] = ["bare paged list", "none settled", `${MANY} settled beside`];
  return [
    { ...time, label: baseline, value: bareMany.ms },
    { ...time, label: "slipway", value: ownMany.ms, baseline },
    { ...memory, label: `${FEW} open Jobs`, value: ownFew.megabytes },
    {
      ...memory,
      label: `${MANY} open Jobs`,
      value: ownMany.megabytes,
      baseline: `${FEW} open Jobs`,
    },
    { ...settled, label: alone, value: ownFew.ms },
    { ...settled, label: beside, value: ownLate.ms, baseline: alone },
  ];
}

/** No controller of Kubernetes' own would touch these, and none could run without a node. */
async function fill({ bare }: Place, namespace: string, count: number, kind = "open") {
  const bodies = Array.from({ length: count }, (_, index) =>
    manifestOf(namespace, `${namespace}-${kind}-${index}`, { managedBy: "example.com/nobody" }),
  );
  await inPool(bodies, AT_ONCE, (body) => bare.call("POST", jobsOf(namespace), body));
}

const script = fileURLToPath(new URL("./support/sweep-once.ts", import.meta.url));
const run = promisify(execFile);

type Kind = readonly [mode: "bare" | "slipway", namespace: string];

/** Medians of looks of two kinds that take turns, so that what else the machine does meets both. */
async function looks({ kubeconfigPath }: Place, ...kinds: readonly [Kind, Kind]) {
  const all: [Look[], Look[]] = [[], []];
  for (let turn = 0; turn < REPEATS; turn++)
    for (const [index, kind] of kinds.entries()) {
      const { stdout } = await run(process.execPath, [script, kind[0], kubeconfigPath, kind[1]]);
      all[index]?.push(JSON.parse(stdout) as Look);
    }
  return all.map(
    (same): Look => ({
      ms: median(same.map(({ ms }) => ms)),
      megabytes: median(same.map(({ megabytes }) => megabytes)),
      seen: median(same.map(({ seen }) => seen)),
    }),
  ) as [Look, Look];
}

async function settleAll({ bare }: Place, namespace: string): Promise<void> {
  await inPool(await namesOf(bare, namespace), AT_ONCE, (name) =>
    bare.call("PATCH", `${jobsOf(namespace)}/${name}`, ...settlePatch()),
  );
}

async function finishing(place: Place): Promise<Row[]> {
  const bareMs = await finishBare(place, await makeNamespace(place, "finishing-bare"));
  const ownMs = await finishAndSweep(place, await makeNamespace(place, "finishing"));
  const of = { figure: `${FEW} Jobs finish at once, until all are settled`, unit: "ms" };
  const baseline = "bare loops: finish, then settle";
  return [
    { ...of, label: baseline, value: bareMs },
    { ...of, label: "slipway, result of each published between", value: ownMs, baseline },
  ];
}

async function finishBare(place: Place, namespace: string): Promise<number> {
  await fill(place, namespace, FEW);
  const names = await namesOf(place.bare, namespace);
  return milliseconds(async () => {
    await finishAll(place, namespace, names);
    await settleAll(place, namespace);
  });
}

async function finishAndSweep(place: Place, namespace: string): Promise<number> {
  await fill(place, namespace, FEW);
  const names = await namesOf(place.bare, namespace);
  await using stage = createKubernetesStage(place.kubeconfig, namespace);
  const backend = await stage.deps.backends.load("kubernetes-job");
  await backend.find(TARGET, "nobody", AbortSignal.timeout(10_000));
  const done = new AbortController();
  const signal = AbortSignal.timeout(120_000);
  const sweeping = sweep(stage.deps, { signal, follow: done.signal });
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // the list is over, it follows
  const ms = await milliseconds(async () => {
    await finishAll(place, namespace, names);
    while (stage.settled() < FEW && !signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, 5));
  });
  done.abort();
  await sweeping;
  if (stage.settled() !== FEW) throw new Error(`only ${stage.settled()} were settled`);
  return ms;
}

async function finishAll({ bare }: Place, namespace: string, names: readonly string[]) {
  await inPool(names, AT_ONCE, (name) =>
    bare.call("PATCH", `${jobsOf(namespace)}/${name}/status`, ...finish()),
  );
}

async function namesOf(bare: BareKubernetes, namespace: string): Promise<string[]> {
  const list = JSON.parse(String(await bare.call("GET", jobsOf(namespace)))) as {
    items: { metadata: { name: string } }[];
  };
  return list.items.map(({ metadata }) => metadata.name);
}
