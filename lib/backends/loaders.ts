import type { InfrastructureType } from "../runs/infrastructure.ts";
import type { BackendDependencies } from "./dependencies.ts";
import type { BackendLoader } from "./registry.ts";

/** The engines there are, each loaded by the first run that needs it. */
export function backendLoaders(
  deps: BackendDependencies,
): Record<InfrastructureType, BackendLoader> {
  return {
    "kubernetes-job": async () =>
      (await import("./kubernetes/backend.ts")).createKubernetesBackend(deps),
    "docker-container": async () => (await import("./docker/backend.ts")).createDockerBackend(deps),
    process: async () => (await import("./process/backend.ts")).createProcessBackend(deps),
  };
}
