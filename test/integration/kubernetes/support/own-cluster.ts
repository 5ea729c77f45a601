import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

/** A folder with the programs `up` and `down` that start and stop a real cluster, whole or by its parts. */
export const SCRIPTS = resolve(process.env.SLIPWAY_TEST_CLUSTER ?? "../shared/cluster");

export const canStartClusters = () => existsSync(join(SCRIPTS, "up"));

/** Where Kubernetes must not be skipped, its outages must not be either. */
export function requireClusters(): void {
  const required = (process.env.SLIPWAY_REQUIRE_ENGINES ?? "").split(",");
  if (required.includes("kubernetes") && !canStartClusters())
    throw new Error(`kubernetes is required here, but there is no program ${join(SCRIPTS, "up")}`);
}

export type Component = "etcd" | "apiserver" | "controller-manager" | "scheduler" | "kubelet";

/** A cluster of a test's own, whose parts it may stop. */
export interface OwnCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  /** At once, as if its machine had failed. */
  stop(component: Component): Promise<void>;
  /** Whatever was stopped runs again. */
  start(): Promise<void>;
  /** Gives the node the images of a docker-archive. */
  load(archive: Readable): Promise<void>;
}

const run = promisify(execFile);

export async function startOwnCluster({
  withNode = true,
}: {
  withNode?: boolean;
} = {}): Promise<OwnCluster> {
  const port = await freePorts();
  const directory = await mkdtemp(join(tmpdir(), "slipway-cluster-"));
  const env = { ...process.env, CLUSTER_DIR: directory, CLUSTER_PORT: String(port) };
  const cgroup = await makeCgroup(basename(directory));
  const script = await writeUp(directory, port);
  const up = () => run("bash", [script, ...(withNode ? [] : ["--no-node"])], { env });
  const down = (...component: string[]) => run(join(SCRIPTS, "down"), component, { env });
  const end = async () => {
    await down();
    await rm(directory, { recursive: true, force: true });
    await cgroup[Symbol.asyncDispose]();
  };
  try {
    await up();
  } catch (error) {
    await end();
    throw error;
  }
  const kubeconfigPath = join(directory, "admin.kubeconfig");
  return {
    kubeconfig: readFileSync(kubeconfigPath, "utf8"),
    kubeconfigPath,
    stop: async (component) => void (await down(component, "KILL")),
    start: async () => void (await up()),
    async load(archive) {
      const load = spawn(join(SCRIPTS, "load"), ["-"], {
        env,
        stdio: ["pipe", "ignore", "inherit"],
      });
      const [[status]] = await Promise.all([once(load, "exit"), pipeline(archive, load.stdin)]);
      if (status !== 0) throw new Error(`the node did not take the images: exit ${status}`);
    },
    [Symbol.asyncDispose]: end,
  };
}

/** The API server's, etcd's two and the kubelet's. */
const OFFSETS = [0, 1, 2, 10];

/** Below those that the machine gives to outgoing connections at any moment. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + 16 * Math.floor(Math.random() * 700);
    const free = await Promise.all(OFFSETS.map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}

/**
 * `up` reckons with one node on a machine. A second one needs a port, control groups and a folder of logs of its own: a
 * kubelet ends what it finds in its groups and removes what it finds among its logs, where it does not know it.
 */
async function writeUp(directory: string, port: number): Promise<string> {
  const own = [
    `port: ${port + 10}`,
    "healthzPort: 0",
    `cgroupRoot: /${basename(directory)}`,
    `podLogsDir: ${join(directory, "pod-logs")}\n`,
  ].join("\n");
  const text = readFileSync(join(SCRIPTS, "up"), "utf8")
    .replace(/^HERE=.*$/m, `HERE=${SCRIPTS}`)
    .replace("kind: KubeletConfiguration\n", (line) => line + own);
  if (!text.includes(own)) throw new Error("the cluster's program cannot be given a second node");
  const path = join(directory, "up");
  await writeFile(path, text);
  return path;
}

/** In every hierarchy of version 1, or in the one of version 2. */
async function makeCgroup(name: string): Promise<AsyncDisposable> {
  const roots = existsSync("/sys/fs/cgroup/cgroup.controllers")
    ? ["/sys/fs/cgroup"]
    : globSync("/sys/fs/cgroup/*").filter((root) => existsSync(join(root, "cgroup.procs")));
  for (const root of roots) await mkdir(join(root, name), { recursive: true });
  return {
    async [Symbol.asyncDispose]() {
      for (const root of roots)
        for (const path of globSync(`${root}/${name}/**/`).sort().reverse())
          await rmdir(path).catch(() => undefined); // one that is busy still says nothing about the product
    },
  };
}
