import { join } from "node:path";
import type { ObservedRun } from "../../runs/observation.ts";
import { createFile, isErrno } from "./atomic-file.ts";
import { FILES } from "./layout.ts";
import { RequestRecord, readRecord } from "./records.ts";

/** Notes that a run's result is out. Another run of the same name, or none, is left as it is. */
export async function settleRun(path: string, { uid }: ObservedRun): Promise<void> {
  const request = await readRecord(join(path, FILES.request), RequestRecord);
  if (request?.uid !== uid) return;
  try {
    await createFile(join(path, FILES.settled), { at: new Date().toISOString() });
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error; // removed meanwhile
  }
}
