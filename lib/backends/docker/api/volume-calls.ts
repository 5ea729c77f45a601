import type Docker from "dockerode";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { RegisterAnswer, VolumesAnswer } from "./engine-answers.ts";
import { post } from "./post.ts";
import { unexpected } from "./refusal.ts";

/**
 * Options of a volume that is never mounted. They mean nothing, but below API 1.42 `docker volume prune` takes every
 * unused volume that has none.
 */
const KEPT_BY_PRUNE = { type: "tmpfs", device: "tmpfs" };

/** Registers as volumes: Docker gives back the one that has the name. */
export function volumeCalls(caller: Caller) {
  const at = (docker: Docker, name: string) => docker.getVolume(encodeURIComponent(name));
  return {
    /** Makes a volume, or gives back the one that has the name, with the labels that it was made with. */
    createRegister(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal) {
      const body = { Name: name, Driver: "local", DriverOpts: KEPT_BY_PRUNE, Labels: labels };
      const call = (docker: Docker) => post(docker, "/volumes/create", body);
      return caller.ask(RegisterAnswer, "create a volume", call, signal);
    },

    /** undefined where there is none. */
    inspectRegister: (name: string, signal: AbortSignal) =>
      caller.askFor(
        RegisterAnswer,
        "show a volume",
        (docker) => at(docker, name).inspect(),
        signal,
      ),

    async listRegisters(label: string, signal: AbortSignal) {
      const call = (docker: Docker) => docker.listVolumes({ filters: { label: [label] } });
      const { Volumes } = await caller.ask(VolumesAnswer, "list its volumes", call, signal);
      return Volumes;
    },

    /** Gone already is fine. */
    async removeRegister(name: string, signal: AbortSignal): Promise<void> {
      const answer = await caller.send((docker) => at(docker, name).remove(), { signal });
      if (answer instanceof Refusal && answer.status !== 404)
        throw unexpected(caller.host, "remove a volume", answer);
    },
  };
}
