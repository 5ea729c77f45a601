import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../../lib/config/config.ts";
import type { Stage } from "./stage.ts";

/** Processes of this machine. No network is between, so only the queue's calls can be spoiled. */
export function processStage(): Stage {
  return {
    name: "process",
    concurrent: true,
    upstream: undefined,
    async enter(_port, truthDirectory) {
      const directory = await mkdtemp(join(tmpdir(), "slipway-faults-"));
      return {
        config: Config.parse({ process: { directory }, retention_seconds: 0 }),
        target: { type: "process", name: "default" },
        inside: truthDirectory,
        infrastructure: (script) => ({ type: "process", command: ["/bin/sh", "-c", script] }),
        leftovers: async () => (await readdir(directory)).filter((name) => !name.startsWith(".")),
        async [Symbol.asyncDispose]() {
          await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); // a run may still be writing
        },
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}
