import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import type { TargetCheck } from "../backend.ts";
import { isErrno } from "./atomic-file.ts";

/** Whether this machine can keep runs under `root`, which the first run makes. */
export async function checkMachine(root: string): Promise<TargetCheck> {
  await accessNearest(root);
  const { version, platform, arch } = process;
  return { version: `Node.js ${version} on ${platform}/${arch}`, problems: [], notes: [] };
}

/** The folder itself, or the one above it that is there, may be written to. */
async function accessNearest(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!isErrno(error, "ENOENT") || dirname(path) === path) throw error;
    await accessNearest(dirname(path));
  }
}
