import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { workingDirectoryOf } from "../../../../lib/backends/process/layout.ts";
import { signalProcess } from "../../../../lib/backends/process/process-identity.ts";
import { signalTree } from "../../../../lib/backends/process/process-tree.ts";
import { removeWorkingDirectory } from "../../../../lib/backends/process/working-directory.ts";

export const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

export async function readJson<T>(directory: string, file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, file), "utf8")) as T;
  } catch {
    return undefined;
  }
}

export async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
}

interface Owned {
  readonly process: { host: string; pid: number; birth: string };
}

/** Kills whatever still runs of the runs under a directory. */
export async function endEverything(root: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const directory = join(root, name);
    const claim = await readJson<Owned>(directory, "claim.json");
    const start = await readJson<Owned>(directory, "start.json");
    const request = await readJson<{ id: string; uid: string }>(directory, "request.json");
    if (claim?.process) signalProcess(claim.process, "SIGKILL");
    if (!request) continue;
    signalTree({ leader: start?.process, uid: request.uid }, "SIGKILL");
    await removeWorkingDirectory(workingDirectoryOf(request.uid));
  }
}
