import { basename, join } from "node:path";
import { LaunchError } from "../../runs/launch-error.ts";
import type { Observation, ObservedRun } from "../../runs/observation.ts";
import type { Target } from "../../runs/run.ts";
import { toLaunchError } from "./edge.ts";
import { type Facts, readFacts } from "./facts.ts";
import { FILES } from "./layout.ts";
import { judge, observedRun } from "./observe.ts";
import { RequestRecord, readRecord } from "./records.ts";
import { isAbandoned, tendOrphan } from "./tend.ts";

export interface Watcher {
  readonly target: Target;
  readonly launcherTimeoutMs: number;
  /** Of the process environment, which the run inherits. */
  readonly secrets: readonly string[];
  start(directory: string): Promise<void>;
}

/** One run as it stands, after doing what it needs and has nobody else for; undefined where there is none. */
export async function lookAt(path: string, watcher: Watcher): Promise<Observation | undefined> {
  try {
    const facts = await readFacts(path);
    const tended = facts && (await tend(facts, watcher));
    return tended && judge(tended, observedRun(tended, watcher.target, watcher.secrets));
  } catch (error) {
    const reason = toLaunchError(error);
    if (!(reason instanceof LaunchError)) throw error;
    return { state: "unknown", run: await unreadable(path, watcher), reason: reason.message };
  }
}

async function tend(facts: Facts, watcher: Watcher): Promise<Facts | undefined> {
  if (!isAbandoned(facts, watcher.launcherTimeoutMs)) return tendOrphan(facts);
  await watcher.start(facts.directory);
  return readFacts(facts.directory);
}

/** As much of a damaged run as can be said: its request where that is whole, else the directory's name. */
async function unreadable(path: string, { target, secrets }: Watcher): Promise<ObservedRun> {
  const request = await readRecord(join(path, FILES.request), RequestRecord).catch(() => undefined);
  if (request) return observedRun({ request }, target, secrets);
  const hash = basename(path);
  return {
    key: { id: hash, hash, target, name: undefined, namespace: undefined },
    identifier: path,
    uid: hash,
    revision: hash,
    source: "/process/unknown",
    labels: {},
    secrets,
    streamOutput: false,
    settled: false,
    createdAt: new Date(0).toISOString(),
    warnings: [],
  };
}
