import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join, resolve } from "node:path";
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
  const up = () => run(join(SCRIPTS, "up"), withNode ? [] : ["--no-node"], { env });
  const down = (...component: string[]) => run(join(SCRIPTS, "down"), component, { env });
  const end = async () => {
    await down();
    await rm(directory, { recursive: true, force: true });
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

/** `up` takes the API server's port, two for etcd and two for the kubelet. */
const PORTS = [0, 1, 2, 3, 4];

/** Below the ports that the machine gives to outgoing connections, where the pods' network is free as well. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + 11 * Math.floor(Math.random() * 1_000);
    if (hasPodNetwork(port)) continue;
    const free = await Promise.all(PORTS.map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
}

/** `up` derives the second number of the pods' addresses from the port: two clusters could come to share it. */
function hasPodNetwork(port: number): boolean {
  const prefix = `10.${(port % 128) + 64}.`;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address.startsWith(prefix)),
  );
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
