import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createSqsClient } from "../../../lib/queues/sqs-client.ts";
import { type Result, TERMINAL_STATES } from "../../../lib/runs/result.ts";
import { createPool } from "../../../lib/usecases/pool.ts";
import { checkHistory, type Sent } from "../support/check-history.ts";
import { createTruth } from "../support/truth.ts";
import { createDice, type Dice } from "./dice.ts";
import { processEngine, type SoakEngine } from "./engine.ts";
import { openMailbox } from "./mailbox.ts";
import type { SoakOptions } from "./options.ts";
import { torment } from "./torment.ts";
import { createVictim } from "./victim.ts";

export interface SoakReport {
  readonly runs: number;
  readonly states: Readonly<Record<string, number>>;
  readonly strikes: Readonly<Record<string, number>>;
  readonly duplicateResults: number;
  /** Every promise that was broken, in words. */
  readonly broken: readonly string[];
}

const ACCESS_KEY = "soak";

/** After the last request and the last strike everything has to come to rest by itself within this, in milliseconds. */
const REST_MS = 300_000;

/**
 * Sends runs while launcher, watcher, queue server and engine are killed and frozen at random, lets everything come to
 * rest and holds what the runs themselves wrote against what the results say.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using truth = await createTruth();
  let isBroken = true;
  const directory = await mkdtemp(join(tmpdir(), "slipway-soak-"));
  await using engine = await engineOf(options, directory, truth.directory);
  const port = await freePort();
  const dataDirectory = join(directory, "queue");
  await mkdir(dataDirectory);
  await writeFile(join(dataDirectory, "access-key"), ACCESS_KEY); // the queue lets nobody in without it
  const place = placeAt(port);
  const shared = { place, config: engine.config, target: engine.target };
  const victims = [
    createVictim("queue", { kind: "queue", port, dataDirectory }, join(directory, "queue.log")),
    createVictim("launcher", { kind: "launcher", ...shared }, join(directory, "launcher.log")),
    createVictim("watcher", { kind: "watcher", ...shared }, join(directory, "watcher.log")),
  ];
  for (const victim of victims) await victim.restart();
  const client = createSqsClient(place.env);
  const waiting = new Map<string, () => void>();
  const mailbox = openMailbox(client, place.urls, (result) => release(waiting, result));
  const dice = createDice(options.seed);
  const storm = torment([...victims, ...engine.victims], createDice(options.seed + 1));
  try {
    const sent = await sendAll(options, dice, engine, truth, mailbox, waiting);
    const strikes = await storm.stop();
    await rest(waiting);
    const results = mailbox.results;
    const broken = checkHistory({ sent, results, truth: await truth.read() });
    isBroken = broken.length > 0;
    return { runs: sent.length, ...summary(results), strikes, broken };
  } finally {
    await mailbox.stop();
    for (const victim of victims) await victim.kill();
    client.destroy();
    if (isBroken) console.error(`what the parts said is in ${directory}`);
    else await rm(directory, { recursive: true, force: true });
  }
}

async function engineOf(
  { engine }: SoakOptions,
  directory: string,
  truthDirectory: string,
): Promise<SoakEngine> {
  if (engine === "process") return processEngine(join(directory, "runs"), truthDirectory);
  throw new Error(`there is no soak on ${engine} yet`);
}

/** Sends every request, some of them twice, with at most so many runs open at once. */
async function sendAll(
  { runs, seed, atOnce }: SoakOptions,
  dice: Dice,
  engine: SoakEngine,
  truth: Awaited<ReturnType<typeof createTruth>>,
  mailbox: ReturnType<typeof openMailbox>,
  waiting: Map<string, () => void>,
): Promise<Sent[]> {
  const pool = createPool(atOnce);
  const sent: Sent[] = [];
  for (let index = 0; index < runs; index++) {
    const id = `soak-${seed}-${index}`;
    const exitCode = dice.pick([0, 0, 0, 1, 7]);
    const pauseSeconds = dice.pick([0, 0, 0, 1, 2]);
    const isTwice = dice.between(1, 10) === 1;
    sent.push({ id, exitCode });
    if (index % 500 === 499) console.log(`${new Date().toISOString()} ${index + 1} runs sent`);
    await pool.add(async () => {
      const script = truth.script(id, exitCode, engine.inside, pauseSeconds);
      const request = { id, infrastructure: engine.infrastructure(script) };
      const done = new Promise<void>((resolve) => waiting.set(id, resolve));
      await mailbox.send(request);
      if (isTwice) await mailbox.send(request);
      await Promise.race([done, pause(REST_MS, undefined, { ref: false })]);
    });
  }
  await pool.idle();
  return sent;
}

function release(waiting: Map<string, () => void>, { subject, data }: Result): void {
  if (!TERMINAL_STATES.has(data.state)) return;
  waiting.get(subject)?.();
  waiting.delete(subject);
}

async function rest(waiting: ReadonlyMap<string, unknown>): Promise<void> {
  const until = Date.now() + REST_MS;
  while (waiting.size > 0 && Date.now() < until) await pause(200);
  await pause(3_000); // late copies of a result must agree, too
}

function summary(results: readonly Result[]) {
  const terminal = results.filter(({ data }) => TERMINAL_STATES.has(data.state));
  const states: Record<string, number> = {};
  const distinct = new Map(terminal.map((result) => [result.id, result.data.state]));
  for (const state of distinct.values()) states[state] = (states[state] ?? 0) + 1;
  return { states, duplicateResults: terminal.length - distinct.size };
}

function placeAt(port: number) {
  const endpoint = `http://127.0.0.1:${port}`;
  const url = (name: string) => `${endpoint}/000000000000/${name}`;
  return {
    env: {
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: "soak",
    },
    urls: {
      requests: url("slipway-requests"),
      deadLetters: url("slipway-requests-dead"),
      results: url("slipway-results"),
    },
    maxReceiveCount: 8,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address === "object" && address) return address.port;
  throw new Error("no free port");
}
