import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startPrivateEngine } from "../../integration/docker/support/private-engine.ts";
import { containerOf } from "../support/docker-stage.ts";
import { type SoakEngine, TARGET } from "./engine.ts";
import { daemonVictim } from "./victim.ts";

const INSIDE = "/truth";

/** A restarted engine reads every container that it still has: the soak keeps them for less than the default hour. */
const RETENTION_SECONDS = 600;

/** Containers on an engine of the soak's own, whose daemon may be killed. */
export async function dockerEngine(truthDirectory: string): Promise<SoakEngine> {
  const engine = await startPrivateEngine();
  const dockerd = daemonVictim({
    name: "dockerd",
    pid: () => Number(readFileSync(join(engine.folder, "pid"), "utf8")),
    kill: () => engine.kill(),
    restart: () => engine.start(),
  });
  return {
    config: {
      docker_hosts: { [TARGET]: { host: engine.host } },
      retention_seconds: RETENTION_SECONDS,
    },
    target: { type: "docker-container", name: TARGET },
    inside: INSIDE,
    launcherSeconds: 12,
    infrastructure: (script) => containerOf(script, TARGET, truthDirectory, INSIDE),
    victims: [dockerd],
    [Symbol.asyncDispose]: () => engine.dispose(),
  };
}
