import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendDependencies } from "../../../../lib/backends/dependencies.ts";
import { createDockerBackend } from "../../../../lib/backends/docker/backend.ts";
import { containerName } from "../../../../lib/backends/docker/names.ts";
import { Config } from "../../../../lib/config/config.ts";
import type { DockerContainerSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Run, RunKey } from "../../../../lib/runs/run.ts";
import type { ContractSubject, LauncherOptions } from "../../../contract/subject.ts";
import { aSpec, someBackendDependencies } from "../../../support/builders.ts";
import { IMAGE, rawCall } from "./raw-call.ts";

/** How the backend is to reach the engine: a target's name and what the configuration says of it, or this machine's own. */
export interface WayToEngine {
  readonly target: string;
  readonly config?: Record<string, unknown>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What is of one engine alone. */
interface Peculiarities {
  readonly outputIsText?: boolean;
  readonly momentSeconds?: number;
}

/** Where commands write that they were started: outside of any container. */
const TRUTH = "/truth";

/** Containers on one engine; `socket` is the engine's own, for looking behind our back. */
export async function createDockerSubject(
  socket: string,
  way: WayToEngine,
  { outputIsText = true, momentSeconds = 2 }: Peculiarities = {},
): Promise<ContractSubject<DockerContainerSpec>> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-truth-"));
  const truth = join(folder, "starts");
  await writeFile(truth, "");

  return {
    target: { type: "docker-container", name: way.target },
    patienceMs: 45_000,
    momentSeconds,
    deathBySignal: { script: "kill -9 $$", statusCode: 137 },
    keepsOutputOfCancelled: true,
    // The json-file driver; the local one loses a newline after a long line instead.
    ...(outputIsText && { outputIsText }),
    createBackend: (options = {}) => createDockerBackend(dependencies(way, options)),
    specOf: (script, fields = {}) =>
      aSpec("docker-container", {
        image: IMAGE,
        volumes: [`${folder}:${TRUTH}`],
        network_mode: "none",
        init: true, // as a first process the shell would not die of signals that it does not handle
        ...fields,
        command: ["/bin/sh", "-c", `echo "$SLIPWAY_RUN_ID" >> ${TRUTH}/starts\n${script}`],
      }),
    countStarts: async ({ id }) =>
      (await readFile(truth, "utf8")).split("\n").filter((line) => line === id).length,
    leftovers: async (key) => namesOf(socket, key),
    submitKilledAfter: (run, calls, options = {}) => submitInVictim(run, calls, way, options),
    removeByHand: async ({ uid }) => {
      await rawCall(socket, "DELETE", `/containers/${uid}?force=1`);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

export function dependencies(
  { config = {}, env = {} }: WayToEngine,
  { retentionSeconds, launcherTimeoutMs }: LauncherOptions,
): BackendDependencies {
  const retention = retentionSeconds === undefined ? {} : { retention_seconds: retentionSeconds };
  return someBackendDependencies({
    config: Config.parse({ ...config, ...retention }),
    env: { HOME: "/nonexistent", ...env },
    ...(launcherTimeoutMs === undefined ? {} : { launcherTimeoutMs }),
  });
}

/** Container and marks (volumes, or Podman's pods) that carry a run's name. */
async function namesOf(socket: string, key: RunKey): Promise<string[]> {
  const name = containerName(key);
  const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
  const containers = await rawCall(socket, "GET", `/containers/json?all=1&filters=${filters}`);
  const volumes = await rawCall(socket, "GET", `/volumes?filters=${filters}`);
  const pods = await rawCall(socket, "GET", `/libpod/pods/json?filters=${filters}`);
  return [
    ...containers.body.map((one: { Names: string[] }) => one.Names[0]),
    ...(volumes.body.Volumes ?? []).map((one: { Name: string }) => one.Name),
    ...(pods.status === 200 ? pods.body : []).map((one: { Name: string }) => one.Name),
  ];
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A launcher of its own that kills itself with SIGKILL before it makes one call too many. */
async function submitInVictim(
  run: Run<DockerContainerSpec>,
  calls: number,
  way: WayToEngine,
  options: LauncherOptions,
): Promise<"killed" | "finished"> {
  const victim = spawn(
    process.execPath,
    ["--import", here("./die-after-calls.ts"), here("./victim.ts")],
    {
      env: { ...process.env, VICTIM: JSON.stringify({ run, calls, way, options }) },
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
