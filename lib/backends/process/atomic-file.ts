import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file as JSON that is there whole or not at all, also after a crash of the machine; false where the name is taken. */
export async function createFile(path: string, value: unknown): Promise<boolean> {
  const temporary = await writeBeside(path, value);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The same, over whatever was there. */
export async function replaceFile(path: string, value: unknown): Promise<void> {
  await rename(await writeBeside(path, value), path);
}

async function writeBeside(path: string, value: unknown): Promise<string> {
  const temporary = join(dirname(path), `.${randomUUID()}`);
  await writeDurably(temporary, value);
  return temporary;
}

/** Only its owner may read it: it may hold secrets. */
export async function writeDurably(path: string, value: unknown): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}
