import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Result } from "../../../lib/runs/result.ts";
import { createSdkClient } from "../../support/sdk-client.ts";
import { checkHistory } from "../support/check-history.ts";
import { createTruth } from "../support/truth.ts";
import { createDice } from "./dice.ts";
import type { SoakEngine } from "./engine.ts";
import { startEngine } from "./engines.ts";
import { openMailbox } from "./mailbox.ts";
import type { SoakOptions } from "./options.ts";
import { choosePlace } from "./place.ts";
import { type SoakReport, summarize } from "./report.ts";
import { createScratch } from "./scratch.ts";
import { createSender } from "./sender.ts";
import { torment } from "./torment.ts";
import { createVictim, type Victim } from "./victim.ts";

/** After the last request and the last strike everything has to come to rest by itself within this, in milliseconds. */
const REST_MS = 300_000;

/**
 * Sends runs while launcher, watcher, queue server and engine are killed and frozen at random, lets everything come to
 * rest and holds what the runs themselves wrote against what the results say.
 */
export async function soak(
  options: SoakOptions,
  { enough, stop }: SoakSignals = {},
): Promise<SoakReport> {
  await using truth = await createTruth();
  await using scratch = await createScratch();
  const { directory } = scratch;
  await using engine = await startEngine(options.engine, directory, truth.directory);
  const place = await choosePlace(directory, engine.launcherSeconds);
  scratch.keep = true;
  const parts = partsOf(engine, place, directory);
  for (const part of parts) await part.restart();
  const client = createSdkClient(place.env);
  const sender = createSender(options, engine, truth);
  const mailbox = openMailbox(client, place.urls, sender.release);
  const dice = createDice(options.seed + 1);
  enough?.addEventListener("abort", sender.stop, { once: true });
  const storm = torment([...parts, ...engine.victims], dice, options.strikes);
  const givenUp = abortOf(stop);
  try {
    await Promise.race([sender.sendAll(mailbox.send), storm.failed, givenUp]);
    const strikes = await storm.stop();
    await Promise.race([sender.answered(REST_MS), givenUp]);
    await pause(3_000); // late copies of a result must agree, too
    const { results } = mailbox;
    const broken = checkHistory({ sent: sender.sent, results, truth: await truth.read() });
    scratch.keep = broken.length > 0;
    if (scratch.keep) await keepEvidence(directory, truth.directory, results);
    return { ...sender.counts(), ...summarize(results), strikes, broken };
  } finally {
    sender.stop();
    await storm.stop();
    await mailbox.stop();
    for (const part of parts) await part.kill();
    client.destroy();
  }
}

interface SoakSignals {
  /** Sends no more; what was sent is judged. */
  readonly enough?: AbortSignal;
  /** Gives it up, in good order. */
  readonly stop?: AbortSignal;
}

/** What the verdict was made of, for whoever looks for the cause. */
async function keepEvidence(directory: string, truth: string, results: readonly Result[]) {
  await cp(truth, join(directory, "truth"), { recursive: true });
  await writeFile(join(directory, "results.json"), JSON.stringify(results, null, 1));
}

function partsOf(
  engine: SoakEngine,
  place: Awaited<ReturnType<typeof choosePlace>>,
  directory: string,
): Victim[] {
  const log = (name: string) => join(directory, `${name}.log`);
  const { config, target, launcherSeconds: timeoutSeconds } = engine;
  const shared = { place, config, target, timeoutSeconds };
  return [
    createVictim("queue", { kind: "queue", ...place.server }, log("queue")),
    createVictim("launcher", { kind: "launcher", ...shared }, log("launcher")),
    createVictim("watcher", { kind: "watcher", ...shared }, log("watcher")),
  ];
}

function abortOf(stop: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // whoever waits for it hears of it
  if (stop?.aborted) reject(stop.reason);
  stop?.addEventListener("abort", () => reject(stop.reason), { once: true });
  return promise;
}
