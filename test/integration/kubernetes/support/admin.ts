import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ApiCall } from "../../../../lib/backends/kubernetes/api/api-call.ts";
import type { ApiList, Job, Pod } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import {
  createClient,
  type KubernetesClient,
} from "../../../../lib/backends/kubernetes/api/client.ts";
import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";

/** Somebody at the cluster's own controls: makes the place for a test, does what users do, and looks at what is really there. */
export interface Admin extends Disposable {
  /** The kubeconfig that it has its rights from. */
  readonly kubeconfig: string;
  readonly client: KubernetesClient;
  call<T>(method: ApiCall["method"], path: string, more?: Partial<ApiCall>): Promise<T>;
  /** undefined where there is no such object. */
  get<T>(path: string): Promise<T | undefined>;
  create<T>(path: string, object: object): Promise<T>;
  merge<T>(path: string, patch: object): Promise<T>;
  remove(path: string, options?: object): Promise<void>;
  jobs(namespace: string, labelSelector?: string): Promise<readonly Job[]>;
  pods(namespace: string, labelSelector?: string): Promise<readonly Pod[]>;
}

const DEADLINE_MS = 30_000;

export function adminKubeconfig(): string {
  const path = process.env.KUBECONFIG ?? join(homedir(), ".kube", "config");
  return readFileSync(path, "utf8");
}

export async function connectAdmin(kubeconfig = adminKubeconfig()): Promise<Admin> {
  const client = createClient(
    await connectByKubeconfig({ title: "of the tests", text: kubeconfig }),
  );
  const call = async <T>(method: ApiCall["method"], path: string, more: Partial<ApiCall> = {}) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    return (await client.call<T>({ method, path, signal, ...more })).body;
  };
  const unlessGone = <T>(error: { statusCode?: number }): T | undefined => {
    if (error.statusCode === 404) return undefined;
    throw error;
  };
  return {
    kubeconfig,
    client,
    call,
    get: <T>(path: string) => call<T>("GET", path).catch(unlessGone<T>),
    create: (path, body) => call("POST", path, { body }),
    merge: (path, body) =>
      call("PATCH", path, { body, contentType: "application/merge-patch+json" }),
    async remove(path, body = { propagationPolicy: "Background" }) {
      await call("DELETE", path, { body }).catch(unlessGone);
    },
    jobs: async (namespace, labelSelector) => {
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      return (await call<ApiList<Job>>("GET", path, { query: { labelSelector } })).items;
    },
    pods: async (namespace, labelSelector) => {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      return (await call<ApiList<Pod>>("GET", path, { query: { labelSelector } })).items;
    },
    [Symbol.dispose]: () => client.close(),
  };
}
