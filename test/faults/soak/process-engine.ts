import type { SoakEngine } from "./engine.ts";

/** Processes of this machine, their run directories in a folder of the soak's own. */
export async function processEngine(
  directory: string,
  truthDirectory: string,
): Promise<SoakEngine> {
  return {
    config: { process: { directory } },
    target: { type: "process", name: "default" },
    inside: truthDirectory,
    launcherSeconds: 8,
    infrastructure: (script) => ({ type: "process", command: ["/bin/sh", "-c", script] }),
    victims: [],
    async [Symbol.asyncDispose]() {},
  };
}
