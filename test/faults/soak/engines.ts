import { join } from "node:path";
import { clusterEngine, controlPlaneEngine } from "./cluster-engine.ts";
import { dockerEngine } from "./docker-engine.ts";
import type { SoakEngine } from "./engine.ts";
import type { SoakOptions } from "./options.ts";
import { processEngine } from "./process-engine.ts";

/** Starts an engine of the soak's own, which it may kill. */
export function startEngine(
  engine: SoakOptions["engine"],
  directory: string,
  truthDirectory: string,
): Promise<SoakEngine> {
  switch (engine) {
    case "process":
      return processEngine(join(directory, "runs"), truthDirectory);
    case "docker":
      return dockerEngine(truthDirectory);
    case "kubernetes":
      return clusterEngine(truthDirectory);
    case "control-plane":
      return controlPlaneEngine(truthDirectory);
  }
}
