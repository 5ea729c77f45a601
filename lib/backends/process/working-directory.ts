import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "./atomic-file.ts";

/** A fresh one: that of an earlier attempt at the same path is an error. */
export async function makeWorkingDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 });
}

/** Removes it with everything in it, what its command made read-only too. Links are removed and never followed. */
export async function removeWorkingDirectory(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!isErrno(error, "EACCES", "EPERM")) throw error;
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openUp(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openUp(join(path, name));
}
