import type { InfrastructureType } from "../runs/infrastructure.ts";
import type { Backend } from "./backend.ts";

/** Makes a backend; called when the first run for it arrives, so that its SDK is loaded then and never before. */
export type BackendLoader = () => Promise<Backend>;

export interface BackendRegistry {
  load(type: InfrastructureType): Promise<Backend>;
  /** Closes what was loaded. */
  close(): Promise<void>;
}

export function createBackendRegistry(
  loaders: Readonly<Record<InfrastructureType, BackendLoader>>,
): BackendRegistry {
  const loaded = new Map<InfrastructureType, Promise<Backend>>();
  return {
    load(type) {
      const known = loaded.get(type);
      if (known) return known;
      const loading = loaders[type]();
      loaded.set(type, loading);
      loading.catch(() => loaded.delete(type)); // a failed load is tried again by the next run
      return loading;
    },
    async close() {
      const backends = await Promise.all(loaded.values());
      loaded.clear();
      await Promise.all(backends.map((backend) => backend.close()));
    },
  };
}
