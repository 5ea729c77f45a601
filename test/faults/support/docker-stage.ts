import { Config } from "../../../lib/config/config.ts";
import { startPrivateEngine } from "../../integration/docker/support/private-engine.ts";
import { IMAGE, rawCall } from "../../integration/docker/support/raw-call.ts";
import type { Stage } from "./stage.ts";

const TARGET = "spoiled";
const INSIDE = "/truth";

/** Containers on an engine of its own: a trial's watcher deals with every run that it sees. Trials come one after another. */
export async function dockerStage(): Promise<Stage> {
  const engine = await startPrivateEngine();
  return {
    name: "docker",
    concurrent: false,
    upstream: { socketPath: engine.socket },
    async enter(port, truthDirectory) {
      const host = `tcp://127.0.0.1:${port}`;
      return {
        config: Config.parse({ docker_hosts: { [TARGET]: { host } }, retention_seconds: 0 }),
        target: { type: "docker-container", name: TARGET },
        inside: INSIDE,
        infrastructure: (script) => containerOf(script, TARGET, truthDirectory, INSIDE),
        leftovers: () => leftoversOn(engine.socket),
        async [Symbol.asyncDispose]() {},
      };
    },
    [Symbol.asyncDispose]: () => engine.dispose(),
  };
}

/** A script in a container that sees the truth's directory at `inside`. */
export const containerOf = (script: string, host: string, directory: string, inside: string) => ({
  type: "docker-container",
  docker_host: host,
  image: IMAGE,
  network_mode: "none",
  init: true,
  volumes: [`${directory}:${inside}`],
  command: ["/bin/sh", "-c", script],
});

async function leftoversOn(socket: string): Promise<string[]> {
  const containers = await rawCall(socket, "GET", "/containers/json?all=1");
  const volumes = await rawCall(socket, "GET", "/volumes");
  return [
    ...containers.body.map(
      (one: { Names: string[]; Status: string }) => `${one.Names[0]} (${one.Status})`,
    ),
    ...(volumes.body.Volumes ?? []).map((one: { Name: string }) => one.Name),
  ];
}
