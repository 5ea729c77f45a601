import type Docker from "dockerode";
import * as z from "zod/mini";
import { unavailable } from "../../../runs/launch-error.ts";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { PodAnswer, type Register } from "./engine-answers.ts";
import { dial, post } from "./post.ts";
import { unexpected } from "./refusal.ts";

/**
 * Registers as pods, for Podman: its `volume prune` takes every volume that no container uses, whatever its options, and its
 * secrets are lost where the service is killed while it writes one. A pod without containers is kept by every prune. It has
 * no process and no control group.
 */
export function podCalls(caller: Caller) {
  const at = (pod: string) => `/libpod/pods/${encodeURIComponent(pod)}`;

  const inspectRegister = async (name: string, signal: AbortSignal) => {
    const call = (docker: Docker) => dial(docker, "GET", `${at(name)}/json`);
    const pod = await caller.askFor(PodAnswer, "show a pod", call, signal);
    return pod && toRegister(pod);
  };

  return {
    inspectRegister,

    /** Makes a pod, or gives back the one that has the name, with the labels that it was made with. */
    async createRegister(
      name: string,
      labels: Readonly<Record<string, string>>,
      signal: AbortSignal,
    ): Promise<Register> {
      const body = { name, labels, no_infra: true, share_parent: false };
      const call = (docker: Docker) => post(docker, "/libpod/pods/create", body);
      const answer = await caller.send(call, { signal });
      const made = await inspectRegister(name, signal);
      if (made) return made;
      if (answer instanceof Refusal) throw unexpected(caller.host, "create a pod", answer);
      throw unavailable(`the pod ${name} was made and is gone again`);
    },

    async listRegisters(label: string, signal: AbortSignal): Promise<Register[]> {
      const query = { filters: JSON.stringify({ label: [label] }) };
      const call = (docker: Docker) => dial(docker, "GET", "/libpod/pods/json", query);
      return (await caller.ask(z.array(PodAnswer), "list its pods", call, signal)).map(toRegister);
    },

    /** Gone already is fine. */
    async removeRegister(name: string, signal: AbortSignal): Promise<void> {
      const call = (docker: Docker) => dial(docker, "DELETE", at(name));
      const answer = await caller.send(call, { signal });
      if (answer instanceof Refusal && answer.status !== 404)
        throw unexpected(caller.host, "remove a pod", answer);
    },
  };
}

const toRegister = ({ Name, Created, Labels }: z.infer<typeof PodAnswer>): Register => ({
  Name,
  CreatedAt: Created,
  Labels,
});
