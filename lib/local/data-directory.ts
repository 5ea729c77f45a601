import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LaunchError } from "../runs/launch-error.ts";
import { loadSqlite } from "./sqlite.ts";

export interface DataDirectory {
  /** The same at each start, so that whoever was told the queue's key need not be told again. */
  readonly accessKeyId: string;
  release(): void;
}

/**
 * Makes the directory, for this user only, and holds it: two servers on the same messages would hand each out twice.
 * The hold is a lock of the operating system's on a SQLite file, which ends with the process however that ends.
 */
export async function holdDataDirectory(path: string): Promise<DataDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { DatabaseSync } = await loadSqlite();
  const lock = new DatabaseSync(join(path, "lock.db"), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new LaunchError(
      "ConfigError",
      `another Slipway is using ${path}; stop it, or name another directory`,
      { cause },
    );
  }
  return {
    accessKeyId: await readOrMakeKey(join(path, "access-key")),
    release: () => lock.close(),
  };
}

async function readOrMakeKey(file: string): Promise<string> {
  const kept = await readFile(file, "utf8").catch(() => "");
  if (kept) return kept;
  const made = newAccessKeyId();
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

export const newAccessKeyId = () => randomUUID().replaceAll("-", "");
