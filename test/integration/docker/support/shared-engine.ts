import type { DockerContainerSpec } from "../../../../lib/runs/infrastructure.ts";
import type { Run } from "../../../../lib/runs/run.ts";
import type { WayToEngine } from "./docker-subject.ts";
import { createStage, type Stage } from "./stage.ts";

/** The engine that `DOCKER_HOST` names, which others use at the same time. */
export function sharedEngine(): { readonly socket: string; readonly way: WayToEngine } {
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  return {
    socket: new URL(host).pathname,
    way: { target: "default", env: { DOCKER_HOST: host } },
  };
}

/** A stage on that engine: what it runs there is removed at the end. */
export function createSharedStage(rest: Omit<Partial<WayToEngine>, "target"> = {}): Stage {
  const { socket, way } = sharedEngine();
  const stage = createStage(socket, { ...way, ...rest, env: { ...way.env, ...rest.env } });
  const runs: Run<DockerContainerSpec>[] = [];
  return {
    ...stage,
    run(script, fields) {
      const what = stage.run(script, fields);
      runs.push(what);
      return what;
    },
    async close() {
      for (const what of runs) await forget(stage, stage.nameOf(what));
      await stage.close();
    },
  };
}

async function forget({ raw }: Stage, name: string): Promise<void> {
  await raw("DELETE", `/containers/${name}?force=1&v=1`);
  for (const mark of ["open", "stop", "late", "done"])
    await raw("DELETE", `/volumes/${name}.${mark}`);
}
