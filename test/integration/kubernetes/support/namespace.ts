import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Admin } from "./admin.ts";

export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
}

/** A namespace that only one suite uses; everything in it goes with it, what our finalizers hold included. */
export async function createNamespace(
  admin: Admin,
  labels: Record<string, string> = {},
): Promise<TestNamespace> {
  const name = `slipway-test-${randomBytes(4).toString("hex")}`;
  await admin.create("/api/v1/namespaces", { metadata: { name, labels } });
  await until(`${name} has its service account`, () =>
    admin.get(`/api/v1/namespaces/${name}/serviceaccounts/default`),
  );
  return {
    name,
    async [Symbol.asyncDispose]() {
      await admin.remove(`/api/v1/namespaces/${name}`);
      await freeJobs(admin, name);
      for (const { metadata } of await admin.pods(name))
        await admin.remove(`/api/v1/namespaces/${name}/pods/${metadata?.name}`, {
          gracePeriodSeconds: 0,
        });
    },
  };
}

async function freeJobs(admin: Admin, namespace: string): Promise<void> {
  for (const { metadata } of await admin.jobs(namespace)) {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${metadata?.name}`;
    await admin.merge(path, { metadata: { finalizers: null } }).catch(() => undefined);
    await admin.remove(path);
  }
}

/** Waits for a condition of the cluster; fails by name when it takes too long. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  patienceMs = 30_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms, but never: ${what}`);
    await pause(100);
  }
}
