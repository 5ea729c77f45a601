import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createProcessBackend } from "../../../../lib/backends/process/backend.ts";
import { DEFAULT_CONFIG } from "../../../../lib/config/default-config.ts";
import type { ProcessSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Run, RunKey } from "../../../../lib/runs/run.ts";
import type { ContractSubject, LauncherOptions } from "../../../contract/subject.ts";
import { aSpec, someBackendDependencies } from "../../../support/builders.ts";
import { endEverything, exists } from "./run-files.ts";

export type ProcessSubject = ContractSubject<ProcessSpec> & {
  /** Where its run directories are. */
  readonly root: string;
  directoryOf(key: Pick<RunKey, "hash">): string;
};

/** Processes under a directory of their own, so that nothing reaches another test's runs. */
export async function createProcessSubject(): Promise<ProcessSubject> {
  const place = await mkdtemp(join(tmpdir(), "slipway-test-"));
  const root = join(place, "runs");
  const truth = join(place, "truth");
  await writeFile(truth, "");
  const directoryOf = ({ hash }: Pick<RunKey, "hash">) => join(root, hash);

  return {
    root,
    directoryOf,
    target: { type: "process", name: "default" },
    patienceMs: 30_000,
    keepsOutputOfCancelled: true,
    deathBySignal: { script: "kill -9 $$", statusCode: -9 },
    createBackend: (options = {}) => createProcessBackend(dependencies(root, options)),
    specOf: (script, fields = {}) =>
      aSpec("process", {
        ...fields,
        command: ["/bin/sh", "-c", `echo "$SLIPWAY_RUN_ID" >> ${truth}\n${script}`],
      }),
    countStarts: async ({ id }) =>
      (await readFile(truth, "utf8")).split("\n").filter((line) => line === id).length,
    leftovers: async (key) => ((await exists(directoryOf(key))) ? [directoryOf(key)] : []),
    submitKilledAfter: (run, calls, options = {}) => submitInVictim(run, calls, root, options),
    async leaveOrphan() {
      const orphan = join(root, ".new-of-a-dead-launcher");
      await writeFile(orphan, "");
      return { exists: () => exists(orphan) };
    },
    breakRun: ({ key }) => writeFile(join(directoryOf(key), "end.json"), '{"kind":'),
    async dispose() {
      await endEverything(root);
      await rm(place, { recursive: true, force: true });
    },
  };
}

export function dependencies(
  root: string,
  { retentionSeconds, launcherTimeoutMs }: LauncherOptions,
) {
  const retention = retentionSeconds === undefined ? {} : { retention_seconds: retentionSeconds };
  const policy = { ...DEFAULT_CONFIG.policy, process_runs: true }; // in Lambda, too
  const config = { ...DEFAULT_CONFIG, ...retention, process: { directory: root }, policy };
  return someBackendDependencies({
    config,
    ...(launcherTimeoutMs === undefined ? {} : { launcherTimeoutMs }),
  });
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A launcher of its own that kills itself with SIGKILL before it makes one call too many. */
async function submitInVictim(
  run: Run<ProcessSpec>,
  calls: number,
  root: string,
  options: LauncherOptions,
): Promise<"killed" | "finished"> {
  const victim = spawn(
    process.execPath,
    ["--import", here("./die-after-calls.ts"), here("./victim.ts")],
    {
      env: { ...process.env, VICTIM: JSON.stringify({ run, calls, root, options }) },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let complaint = "";
  victim.stderr.on("data", (text) => {
    complaint += text;
  });
  const [code, signal] = await once(victim, "close");
  if (signal === "SIGKILL") return "killed";
  if (code === 0) return "finished";
  throw new Error(`the victim failed by itself: ${complaint}`);
}
