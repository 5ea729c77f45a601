import { rm } from "node:fs/promises";
import { join } from "node:path";
import { LaunchError, unavailable } from "../../runs/launch-error.ts";
import type { RunKey } from "../../runs/run.ts";
import type { Cancellation, CancelOptions } from "../backend.ts";
import { createFile, replaceFile } from "./atomic-file.ts";
import { createTombstone } from "./create-run.ts";
import type { Facts } from "./facts.ts";
import { FILES } from "./layout.ts";
import { signalProcess } from "./process-identity.ts";
import { signalTree } from "./process-tree.ts";
import type { CancelRecord } from "./records.ts";
import { readTended, treeOf } from "./tend.ts";

type Outcome = Cancellation["outcome"];

/** Whoever loses a race looks again: a run may come, be claimed or go between two looks, each at most once or twice. */
const MAX_LOOKS = 10;

/** Ends a run, or sees to it that it never starts. */
export async function cancelRun(
  path: string,
  key: RunKey,
  options: CancelOptions,
): Promise<Outcome> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const facts = await readTended(path);
    const outcome = facts ? await cancelExisting(facts, key, options) : await fence();
    if (outcome) return outcome;
  }
  throw unavailable(`The run ${key.id} changes too fast to be cancelled.`);

  async function fence(): Promise<Outcome | undefined> {
    return (await createTombstone(path, key, fenceOf(options))) ? "fenced" : undefined;
  }
}

async function cancelExisting(
  facts: Facts,
  { id }: RunKey,
  options: CancelOptions,
): Promise<Outcome | undefined> {
  const { directory, request, claim } = facts;
  if (request.id !== id)
    throw new LaunchError("Conflict", `Another run, ${request.id}, has the short name of ${id}.`);
  if (claim?.kind === "fence") return "fenced";
  if (facts.end) return "ended";
  if (claim) return options.reason === "SubmissionFailed" ? "exists" : stop(facts, options);
  if (!(await createFile(join(directory, FILES.claim), fenceOf(options)))) return undefined;
  await rm(join(directory, FILES.launch), { force: true });
  return "fenced";
}

function fenceOf({ reason, message }: CancelOptions) {
  return { kind: "fence", reason, message, at: new Date().toISOString() } as const;
}

/** The first cancel says why; a later one can only make it quicker. */
async function stop(facts: Facts, options: CancelOptions): Promise<Outcome> {
  if (facts.recorder === "elsewhere")
    throw unavailable(`It runs on another host: ${facts.request.creator.host}.`);
  const file = join(facts.directory, FILES.cancel);
  const order = { ...options, at: new Date().toISOString() };
  if (!facts.cancel) await createFile(file, order);
  else if (options.graceSeconds < facts.cancel.graceSeconds)
    await hasten(file, facts.cancel, order);
  if (facts.claim?.kind === "recorder") signalProcess(facts.claim.process, "SIGTERM");
  if (facts.recorder === "gone" && facts.command === "alive") signalTree(treeOf(facts), "SIGTERM");
  return "stopping";
}

const hasten = (file: string, first: CancelRecord, { graceSeconds, at }: CancelRecord) =>
  replaceFile(file, { ...first, graceSeconds, at });
