import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for what the parts keep and say. */
export interface Scratch extends AsyncDisposable {
  readonly directory: string;
  /** Whether somebody will want to read what is in it. */
  keep: boolean;
}

export async function createScratch(): Promise<Scratch> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-soak-"));
  const scratch: Scratch = {
    directory,
    keep: false,
    async [Symbol.asyncDispose]() {
      if (scratch.keep) console.error(`what the parts of it said is in ${directory}`);
      else await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); // a run may still be writing
    },
  };
  return scratch;
}
