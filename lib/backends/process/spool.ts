import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** Two segments of this size at most: the last 32 MiB of output are always there, and never more than 64. */
export const SEGMENT_BYTES = 32 * 1024 * 1024;

export interface Spool {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Why something could not be written; undefined where all was. */
  readonly problem: string | undefined;
}

export const segmentName = (number: number) => String(number).padStart(9, "0");

/**
 * Output without an end in bounded space: numbered segments, of which only the last two stay. What the disk refuses is
 * dropped, so that a full disk does not stop the command.
 */
export function createSpool(directory: string, segmentBytes = SEGMENT_BYTES): Spool {
  let file: FileHandle | undefined;
  let number = 0;
  let written = 0;
  let problem: string | undefined;

  const append = async (bytes: Uint8Array) => {
    file ??= await open(join(directory, segmentName(number)), "a", 0o600);
    await file.appendFile(bytes);
    written += bytes.length;
    if (written < segmentBytes) return;
    await file.close();
    file = undefined;
    written = 0;
    number += 1;
    await rm(join(directory, segmentName(number - 2)), { force: true });
  };

  return {
    write: (bytes) =>
      append(bytes).catch((error) => {
        problem ??= error instanceof Error ? error.message : String(error);
      }),
    close: async () => file?.close(),
    get problem() {
      return problem;
    },
  };
}
