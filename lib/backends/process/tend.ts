import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createFile } from "./atomic-file.ts";
import { type Facts, readFacts } from "./facts.ts";
import { FILES, workingDirectoryOf } from "./layout.ts";
import { standingOf } from "./process-identity.ts";
import { signalTree, type Tree } from "./process-tree.ts";
import type { Stop } from "./records.ts";
import { removeWorkingDirectory } from "./working-directory.ts";

/** Whether nobody is left who would start the run: its launcher is gone, or has had its time. */
export function isAbandoned({ claim, request }: Facts, launcherTimeoutMs: number): boolean {
  if (claim) return false;
  const age = Date.now() - Date.parse(request.createdAt);
  return standingOf(request.creator) === "gone" || age > launcherTimeoutMs;
}

/** A run's facts, its end among them where that was still to be written down. */
export async function readTended(path: string): Promise<Facts | undefined> {
  const facts = await readFacts(path);
  return facts && tendOrphan(facts);
}

/**
 * Does for a run whose recorder was killed what that cannot do any more: ends its command at its limit or at a cancel,
 * and writes down its end, once, when the command is gone. All other runs are returned as they are.
 */
export async function tendOrphan(facts: Facts): Promise<Facts | undefined> {
  if (facts.recorder !== "gone" || facts.end || facts.command === "elsewhere") return facts;
  if (facts.command === "alive") {
    stopAtItsLimit(facts);
    return facts;
  }
  signalTree(treeOf(facts), "SIGKILL"); // what the command left behind, or what was never written down
  await removeWorkingDirectory(workingDirectoryOf(facts.request.uid));
  await rm(join(facts.directory, FILES.launch), { force: true });
  const end = { kind: "gone", stop: stopOf(facts), at: new Date().toISOString() };
  await createFile(join(facts.directory, FILES.end), end);
  return readFacts(facts.directory);
}

export function treeOf({ request, start }: Facts): Tree {
  return { leader: start?.process, uid: request.uid };
}

function stopAtItsLimit(facts: Facts): void {
  const limit = limitOf(facts);
  if (limit === undefined || Date.now() < limit.politeAt) return;
  signalTree(treeOf(facts), Date.now() < limit.finalAt ? "SIGTERM" : "SIGKILL");
}

function stopOf(facts: Facts): Stop | undefined {
  const limit = limitOf(facts);
  return limit && Date.now() >= limit.politeAt ? limit.stop : undefined;
}

/** When a run is to end, in milliseconds since the epoch, by this machine's clock like all its records. */
function limitOf({ request, start, cancel }: Facts) {
  if (cancel) {
    const politeAt = Date.parse(cancel.at);
    return { stop: "cancel", politeAt, finalAt: politeAt + cancel.graceSeconds * 1_000 } as const;
  }
  if (!start || !request.limit) return undefined;
  const politeAt = Date.parse(start.at) + request.limit.timeoutSeconds * 1_000;
  const finalAt = politeAt + request.limit.graceSeconds * 1_000;
  return { stop: "deadline", politeAt, finalAt } as const;
}
