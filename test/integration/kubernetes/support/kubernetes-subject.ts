import type { ApiEvent, ApiList } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import { createKubernetesBackend } from "../../../../lib/backends/kubernetes/backend.ts";
import { Config } from "../../../../lib/config/config.ts";
import type { KubernetesJobSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Run, RunKey, Target } from "../../../../lib/runs/run.ts";
import type { ContractSubject, LauncherOptions } from "../../../contract/subject.ts";
import { startFaultProxy } from "../../../faults/support/fault-proxy.ts";
import { aSpec, someBackendDependencies } from "../../../support/builders.ts";
import { type Admin, connectAdmin } from "./admin.ts";
import { createNamespace } from "./namespace.ts";
import { proxiedKubeconfig, upstreamOf } from "./upstream.ts";

/** An image with a shell that the nodes have or can pull. */
export const IMAGE = process.env.SLIPWAY_TEST_IMAGE ?? "localhost/busybox:1";

export const TARGET: Target = { type: "kubernetes-job", name: "lab" };

export type KubernetesSubject = ContractSubject<KubernetesJobSpec> & {
  readonly admin: Admin;
  readonly namespace: string;
};

export interface SubjectOptions {
  /** Whose rights the backend has, given the namespace; the administrator's where undefined. */
  readonly kubeconfigOf?: (admin: Admin, namespace: string) => Promise<string>;
}

/** A namespace of its own on a real cluster. */
export async function createKubernetesSubject({
  kubeconfigOf,
}: SubjectOptions = {}): Promise<KubernetesSubject> {
  const admin = await connectAdmin();
  const place = await createNamespace(admin);
  const namespace = place.name;
  const kubeconfig = (await kubeconfigOf?.(admin, namespace)) ?? admin.kubeconfig;
  const createBackend = (options?: LauncherOptions, text = kubeconfig) =>
    createKubernetesBackend(dependencies(text, [namespace], options));
  const selector = ({ hash }: Pick<RunKey, "hash">) => `slipway.dev/run=${hash}`;

  return {
    admin,
    namespace,
    target: TARGET,
    patienceMs: 45_000,
    keepsOutputOfCancelled: false,
    deathBySignal: { script: "kill -9 $$", statusCode: 137 },
    createBackend: (options) => createBackend(options),
    specOf: (script, fields = {}) => specOf(namespace, script, fields),
    countStarts: (key) => countStarts(admin, namespace, key),
    leftovers: async (key) =>
      [
        ...(await admin.jobs(namespace, selector(key))),
        ...(await admin.pods(namespace, selector(key))),
      ].map(({ metadata }) => metadata?.name ?? ""),
    submitKilledAfter: async (run, calls, options) => {
      const kill = new AbortController();
      await using proxy = await startFaultProxy({
        upstream: await upstreamOf(kubeconfig),
        fault: ({ index }) => {
          if (index < calls) return undefined;
          kill.abort();
          return "hang";
        },
      });
      return await submitUntilKilled(
        createBackend(options, await proxiedKubeconfig(kubeconfig, proxy.port)),
        run,
        kill.signal,
      );
    },
    removeByHand: ({ identifier }) => {
      const [, name] = identifier.split("/");
      return admin.remove(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`);
    },
    breakRun: async ({ identifier }) => {
      const [, name] = identifier.split("/");
      await admin.merge(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`, {
        metadata: { annotations: { "slipway.dev/id": null } },
      });
    },
    async dispose() {
      await place[Symbol.asyncDispose]();
      admin[Symbol.dispose]();
    },
  };
}

export function dependencies(
  kubeconfig: string,
  namespaces: readonly string[] | undefined,
  { retentionSeconds, launcherTimeoutMs }: LauncherOptions = {},
) {
  const config = Config.parse({
    clusters: { [TARGET.name]: { kubeconfig, ...(namespaces ? { namespaces } : {}) } },
    defaults: { "kubernetes-job": TARGET.name },
    ...(retentionSeconds === undefined ? {} : { retention_seconds: retentionSeconds }),
  });
  return someBackendDependencies({
    config,
    ...(launcherTimeoutMs === undefined ? {} : { launcherTimeoutMs }),
  });
}

export function specOf(namespace: string, script: string, fields: Record<string, unknown> = {}) {
  const pod = "/spec/template/spec";
  const patches = [
    { op: "add", path: `${pod}/terminationGracePeriodSeconds`, value: 2 },
    { op: "add", path: `${pod}/shareProcessNamespace`, value: true }, // pid 1 could not die of its own signals
  ];
  const { customizations = [], ...rest } = fields;
  return aSpec("kubernetes-job", {
    image: IMAGE,
    namespace,
    command: ["/bin/sh", "-c", script.replaceAll("$", "$$$$")], // Kubernetes' own way to write one $
    ...rest,
    customizations: [...patches, ...(customizations as unknown[])],
  });
}

/** Pods whose command was started, those that are gone included as long as the cluster remembers their events. */
async function countStarts(admin: Admin, namespace: string, { hash }: Pick<RunKey, "hash">) {
  const pods = await admin.pods(namespace, `slipway.dev/run=${hash}`);
  const started = pods.filter(({ status }) =>
    status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated),
  );
  const events = await admin.call<ApiList<ApiEvent>>(
    "GET",
    `/api/v1/namespaces/${namespace}/events`,
    {
      query: { fieldSelector: "reason=Started" },
    },
  );
  const names = [
    ...started.map(({ metadata }) => metadata?.name ?? ""),
    ...events.items.map(({ involvedObject }) => involvedObject.name ?? ""),
  ];
  return new Set(names.filter((name) => name.includes(hash.slice(0, 12)))).size;
}

/** The proxy brings the client certificate itself; a token travels with each call. */
async function submitUntilKilled(
  backend: ReturnType<typeof createKubernetesBackend>,
  run: Run<KubernetesJobSpec>,
  killed: AbortSignal,
): Promise<"killed" | "finished"> {
  try {
    await backend.submit(run, killed);
    return "finished";
  } catch (error) {
    if (killed.aborted) return "killed";
    throw error;
  } finally {
    await backend.close();
  }
}
