import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiList, Pod } from "../../../lib/backends/kubernetes/api/api-types.ts";
import type { Admin } from "../../integration/kubernetes/support/admin.ts";
import { until } from "../../integration/kubernetes/support/namespace.ts";
import { podStatus, type Trace } from "./pod-status.ts";

const NODE = "soak";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
const LOOK_EVERY_MS = 250;
const RENEW_EVERY_MS = 5_000;
const OPEN_PODS = `spec.nodeName=${NODE},status.phase!=Succeeded,status.phase!=Failed`;

interface Held extends Trace {
  readonly child: ChildProcess;
  /** What the API server has taken of it. */
  told?: string;
}

/**
 * A node that runs the command of a pod's first container as a process of this machine, once, and says what became of
 * it: thousands of runs then need no sandboxes. Scheduling, Jobs and their ends are the cluster's own.
 */
export async function joinNode(admin: Admin): Promise<AsyncDisposable> {
  await register(admin);
  const held = new Map<string, Held>();
  let going = true;
  let renewed = 0;
  const look = async () => {
    if (Date.now() - renewed > RENEW_EVERY_MS) {
      await renew(admin);
      renewed = Date.now();
    }
    const query = { fieldSelector: OPEN_PODS };
    const { items } = await admin.call<ApiList<Pod>>("GET", "/api/v1/pods", { query });
    await Promise.all(items.map((pod) => tend(admin, held, pod)));
  };
  const running = (async () => {
    while (going) {
      await look().catch(() => undefined); // the API server is a victim: the next look tells it
      await pause(LOOK_EVERY_MS);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      going = false;
      await running;
      for (const { child } of held.values()) child.kill("SIGKILL");
    },
  };
}

async function register(admin: Admin): Promise<void> {
  await admin.create("/api/v1/nodes", { metadata: { name: NODE }, status: statusOf() });
  await admin.create(LEASES, { metadata: { name: NODE }, spec: lease() });
  await until("the node may be given pods", async () => {
    const node = await admin.get<{ spec?: { taints?: unknown[] } }>(`/api/v1/nodes/${NODE}`);
    return (node?.spec?.taints ?? []).length === 0;
  });
}

function statusOf() {
  const room = { cpu: "10000", memory: "10000Gi", pods: "100000" };
  const at = new Date().toISOString();
  const ready = { type: "Ready", status: "True", lastHeartbeatTime: at, lastTransitionTime: at };
  return { capacity: room, allocatable: room, conditions: [ready] };
}

const lease = () => ({
  holderIdentity: NODE,
  leaseDurationSeconds: 40,
  renewTime: new Date().toISOString().replace("Z", "000Z"), // microseconds are asked for
});

/** A node that was silent for too long is not ready until it says so itself, however well its lease is renewed. */
async function renew(admin: Admin): Promise<void> {
  await admin.merge(`${LEASES}/${NODE}`, { spec: lease() });
  const { conditions } = statusOf();
  await admin.merge(`/api/v1/nodes/${NODE}/status`, { status: { conditions } });
}

async function tend(admin: Admin, held: Map<string, Held>, pod: Pod): Promise<void> {
  const { uid = "", deletionTimestamp } = pod.metadata ?? {};
  const path = `/api/v1/namespaces/${pod.metadata?.namespace}/pods/${pod.metadata?.name}`;
  if (deletionTimestamp && !held.has(uid)) return admin.remove(path, { gracePeriodSeconds: 0 });
  const trace = held.get(uid) ?? start(held, uid, pod);
  if (deletionTimestamp) trace.child.kill("SIGKILL");
  const status = podStatus(pod, trace);
  if (trace.told !== status.phase) {
    const contentType = "application/strategic-merge-patch+json";
    await admin.call("PATCH", `${path}/status`, { body: { status }, contentType });
    trace.told = status.phase;
  }
  if (deletionTimestamp && status.phase !== "Running")
    await admin.remove(path, { gracePeriodSeconds: 0 });
}

function start(held: Map<string, Held>, uid: string, pod: Pod): Held {
  const [program = "", ...rest] = pod.spec?.containers[0]?.command ?? [];
  const child = spawn(program, rest, { stdio: "ignore" });
  const trace: Held = { child, startedAt: new Date().toISOString() };
  child.once("exit", (code) => {
    trace.end = { exitCode: code ?? 137, finishedAt: new Date().toISOString() };
  });
  held.set(uid, trace);
  return trace;
}
