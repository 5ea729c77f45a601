import { randomUUID } from "node:crypto";
import { access, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isErrno, writeDurably } from "./atomic-file.ts";
import { FILES, isRunDirectory } from "./layout.ts";

/** Files that a run's directory has from the first moment on, name → value. */
export type Contents = Readonly<Record<string, unknown>>;

/**
 * Makes a run's directory with all that it needs, or says false where its name is taken. It is built elsewhere and moved
 * into place: a rename onto a directory with something in it fails, so the name itself decides who was first.
 */
export async function createRunDirectory(path: string, contents: Contents): Promise<boolean> {
  const root = dirname(path);
  const draft = join(root, `.new-${randomUUID()}`);
  try {
    await fillDraft(draft, contents);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (isErrno(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
  await syncDirectory(root);
  return true;
}

async function fillDraft(draft: string, contents: Contents): Promise<void> {
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await mkdir(join(draft, FILES.output), { mode: 0o700 });
  for (const [name, value] of Object.entries(contents))
    await writeDurably(join(draft, name), value);
  await syncDirectory(draft);
}

/** Takes a run's directory away at one blow: half of one could be taken for a run. */
export async function removeRunDirectory(path: string): Promise<void> {
  const old = join(dirname(path), `.old-${randomUUID()}`);
  try {
    await rename(path, old);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** The runs there are. */
export async function listRunDirectories(root: string): Promise<string[]> {
  return (await listAll(root)).filter(isRunDirectory).map((name) => join(root, name));
}

/** Quickly, for a list: most of what is kept is settled. */
export function isSettled(path: string): Promise<boolean> {
  return access(join(path, FILES.settled)).then(
    () => true,
    () => false,
  );
}

export async function listAll(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
