import type Docker from "dockerode";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { VolumeAnswer, VolumesAnswer } from "./engine-answers.ts";
import { post } from "./post.ts";
import { unexpected } from "./refusal.ts";

/**
 * Options of a volume that is never mounted. They mean nothing, but below API 1.42 `docker volume prune` takes every
 * unused volume that has none.
 */
const KEPT_BY_PRUNE = { type: "tmpfs", device: "tmpfs" };

export function volumeCalls(caller: Caller) {
  const at = (docker: Docker, name: string) => docker.getVolume(encodeURIComponent(name));
  return {
    /** Makes a volume, or gives back the one that has the name, with the labels that it was made with. */
    createVolume(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal) {
      const body = { Name: name, Driver: "local", DriverOpts: KEPT_BY_PRUNE, Labels: labels };
      const call = (docker: Docker) => post(docker, "/volumes/create", body);
      return caller.ask(VolumeAnswer, "create a volume", call, signal);
    },

    /** undefined where there is none. */
    inspectVolume: (name: string, signal: AbortSignal) =>
      caller.askFor(VolumeAnswer, "show a volume", (docker) => at(docker, name).inspect(), signal),

    async listVolumes(label: string, signal: AbortSignal) {
      const call = (docker: Docker) => docker.listVolumes({ filters: { label: [label] } });
      const { Volumes } = await caller.ask(VolumesAnswer, "list its volumes", call, signal);
      return Volumes;
    },

    /** Gone already is fine. */
    async removeVolume(name: string, signal: AbortSignal): Promise<void> {
      const answer = await caller.send((docker) => at(docker, name).remove(), { signal });
      if (answer instanceof Refusal && answer.status !== 404)
        throw unexpected(caller.host, "remove a volume", answer);
    },
  };
}
