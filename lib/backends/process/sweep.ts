import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "./atomic-file.ts";
import { FILES, isRunDirectory, PASSING } from "./layout.ts";
import { readRecord, SettledRecord } from "./records.ts";
import { listAll, removeRunDirectory } from "./run-directory.ts";

export interface SweepLimits {
  readonly retentionMs: number;
  /** So old is nothing that a living launcher still works on. */
  readonly launcherTimeoutMs: number;
}

/** Removes settled runs whose retention is over, and what launchers left half made or half removed. */
export async function sweepRuns(
  root: string,
  { retentionMs, launcherTimeoutMs }: SweepLimits,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const name of await listAll(root)) {
    if (signal.aborted) break;
    const path = join(root, name);
    if (isRunDirectory(name) && (await isOver(path, retentionMs))) await removeRunDirectory(path);
    else if (PASSING.test(name) && (await isOlderThan(path, launcherTimeoutMs)))
      await rm(path, { recursive: true, force: true });
    else continue;
    removed += 1;
  }
  return removed;
}

async function isOver(path: string, retentionMs: number): Promise<boolean> {
  const settled = await readRecord(join(path, FILES.settled), SettledRecord);
  return settled !== undefined && Date.now() - Date.parse(settled.at) >= retentionMs;
}

async function isOlderThan(path: string, ms: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > ms;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
