import { execFileSync } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { type Daemon, withDaemon } from "./support/daemon.ts";
import { defineBench, type Row } from "./support/define-bench.ts";
import { processesWith, proportionalMegabytes, residentMegabytes } from "./support/memory.ts";
import { createMeter, type Meter } from "./support/meter.ts";
import { buildPublished } from "./support/published.ts";
import { receiveUntil } from "./support/queue.ts";
import { isTerminal, runToEnd, startAll } from "./support/runs.ts";
import { spawnLoop } from "./support/spawn-loop.ts";
import { median, quantile } from "./support/statistics.ts";

const RUNS = 1_000;
/** What the event source does at once: five batches of ten. */
const AT_ONCE = 50;
const ROUNDS = 4;
/** Runs whose end is timed one by one, with nothing else to do. */
const SINGLE_RUNS = 200;

const BARE = "bare spawn loop";
const EMPTY_NODE = "spawn loop of `node -e ''`";
const BARE_SEND = "bare spawn, then SendMessage";

export const bench = defineBench({
  name: "process",
  title: "Processes: from a message to a result on one machine",
  method: [
    "`slipway dev`, compiled as it is published, with its embedded queue and messages kept on disk. The bench sends",
    "requests and receives results over SQS, as any program would. Each run has a recorder beside its command, a Node",
    "process that survives the launcher and makes sure of the result; the loop of empty Node processes shows what share",
    "that one decision has.",
  ].join("\n"),
  async measure() {
    const program = buildPublished();
    return [
      ...(await withDaemon(program, measureThroughput)),
      ...(await withDaemon(program, measureLatency)),
      ...(await withDaemon(program, measureMemory)),
    ];
  },
});

/** In turns, so that whatever else the machine does meanwhile falls on all of them alike. */
async function measureThroughput(daemon: Daemon): Promise<Row[]> {
  const each = RUNS / ROUNDS;
  const [bare, node, slipway] = [
    createMeter(process.pid),
    createMeter(process.pid),
    createMeter(daemon.pid),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    await bare.during(() => spawnLoop(["true"], each, AT_ONCE));
    await node.during(() => spawnLoop([process.execPath, "-e", ""], each, AT_ONCE));
    await slipway.during(() => runToEnd(daemon, ["true"], each));
  }
  return [...throughputRows(bare, node, slipway), ...cpuRows(bare, node, slipway)];
}

function throughputRows(bare: Meter, node: Meter, slipway: Meter): Row[] {
  const of = { figure: `${RUNS} runs of \`true\`, ${AT_ONCE} at once`, unit: "1/s" };
  const rate = ({ total }: Meter) => RUNS / total.seconds;
  return [
    { ...of, label: BARE, value: rate(bare) },
    { ...of, label: EMPTY_NODE, value: rate(node), baseline: BARE },
    { ...of, label: "slipway, message to result", value: rate(slipway), baseline: BARE },
    { ...of, label: "the same", value: rate(slipway), baseline: EMPTY_NODE },
  ];
}

function cpuRows(bare: Meter, node: Meter, slipway: Meter): Row[] {
  const of = { figure: "Processor time of one run", unit: "ms" };
  const baseline = EMPTY_NODE;
  const both = ({ total }: Meter) => (total.own + total.children) / RUNS;
  return [
    { ...of, label: BARE, value: both(bare), baseline },
    { ...of, label: EMPTY_NODE, value: both(node) },
    { ...of, label: "slipway: daemon and queue", value: slipway.total.own / RUNS, baseline },
    {
      ...of,
      label: "slipway: recorder and command",
      value: slipway.total.children / RUNS,
      baseline,
    },
  ];
}

async function measureLatency(daemon: Daemon): Promise<Row[]> {
  const bare: number[] = [];
  const slipway: number[] = [];
  for (let run = 0; run < SINGLE_RUNS; run++) {
    bare.push(...(await bareLags(daemon)));
    for (const { body, sentAtMs } of await runToEnd(daemon, ["true"], 1))
      slipway.push(sentAtMs - Date.parse(body.data.finished_at ?? ""));
  }
  return [...latencyRows(BARE_SEND, bare), ...latencyRows("slipway", slipway, BARE_SEND)];
}

/** The least that any program needs that waits for a process and puts a message on this queue. */
async function bareLags({ client, urls: { results: QueueUrl } }: Daemon): Promise<number[]> {
  let exitedAtMs = 0;
  await spawnLoop(["true"], 1, 1, async () => {
    exitedAtMs = Date.now();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
  });
  const arrivals = await receiveUntil(client, QueueUrl, ({ length }) => length > 0);
  return arrivals.map(({ sentAtMs }) => sentAtMs - exitedAtMs);
}

const latencyRows = (label: string, lags: readonly number[], baseline?: string): Row[] =>
  [0.5, 0.99].map((share) => ({
    figure: `From exit to the result on the queue, p${share * 100}`,
    label,
    value: Math.max(1, quantile(lags, share)), // both stamps are whole milliseconds
    unit: "ms",
    ...(baseline === undefined ? {} : { baseline }),
  }));

async function measureMemory(daemon: Daemon): Promise<Row[]> {
  const gate = join(daemon.directory, "gate");
  refuseToSwap();
  execFileSync("mkfifo", [gate]); // its readers wait until somebody writes
  const none = await residentMegabytes(daemon.pid);
  await startAll(daemon, ["cat", gate], 100);
  const hundred = await residentMegabytes(daemon.pid);
  await startAll(daemon, ["cat", gate], RUNS - 100);
  const thousand = await residentMegabytes(daemon.pid);
  const recorder = await recorderMegabytes(daemon);
  await letGo(daemon, gate);
  const of = { figure: "Memory of the daemon (RSS)", unit: "MB" };
  const baseline = "no run";
  return [
    { ...of, label: baseline, value: none },
    { ...of, label: "100 runs running", value: hundred, baseline },
    { ...of, label: `${RUNS} runs running`, value: thousand, baseline },
    {
      ...of,
      figure: "Memory of one run's recorder (PSS, median)",
      label: "recorder",
      value: recorder,
    },
  ];
}

/** Every recorder is a process: a machine without room for them would be measured while it swaps. */
function refuseToSwap(): void {
  const needed = RUNS * 16;
  const there = process.availableMemory() / 2 ** 20;
  if (there < needed) throw new Error(`this needs ${needed} MB of free memory; there are ${there}`);
}

async function recorderMegabytes({ directory }: Daemon): Promise<number> {
  const recorders = await processesWith(join(directory, "state/slipway/runs"));
  return median(await Promise.all(recorders.map(proportionalMegabytes)));
}

/** The runs end, so that they leave nothing behind. */
async function letGo({ client, urls }: Daemon, gate: string): Promise<void> {
  const ended = receiveUntil(
    client,
    urls.results,
    (all) => all.filter(({ body }) => isTerminal(body)).length >= RUNS,
  );
  await (await open(gate, "w")).close();
  await ended;
}
