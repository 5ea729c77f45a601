import type { Caller } from "./caller.ts";
import { VolumeAnswer, VolumesAnswer } from "./engine-answers.ts";
import { unexpected } from "./refusal.ts";

/**
 * Options of a volume that is never mounted. They mean nothing, but below API 1.42 `docker volume prune` takes every
 * unused volume that has none.
 */
const KEPT_BY_PRUNE = { type: "tmpfs", device: "tmpfs" };

export function volumeCalls(caller: Caller) {
  const at = (volume: string) => `/volumes/${encodeURIComponent(volume)}`;
  return {
    /** Makes a volume, or gives back the one that has the name, with the labels that it was made with. */
    createVolume: (name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal) =>
      caller.ask(VolumeAnswer, "create a volume", {
        method: "POST",
        path: "/volumes/create",
        body: { Name: name, Driver: "local", DriverOpts: KEPT_BY_PRUNE, Labels: labels },
        signal,
      }),

    /** undefined where there is none. */
    inspectVolume: (name: string, signal: AbortSignal) =>
      caller.askFor(VolumeAnswer, "show a volume", { method: "GET", path: at(name), signal }),

    async listVolumes(label: string, signal: AbortSignal) {
      const { Volumes } = await caller.ask(VolumesAnswer, "list its volumes", {
        method: "GET",
        path: "/volumes",
        query: { filters: JSON.stringify({ label: [label] }) },
        signal,
      });
      return Volumes;
    },

    /** Gone already is fine. */
    async removeVolume(name: string, signal: AbortSignal): Promise<void> {
      const answer = await caller.send({ method: "DELETE", path: at(name), signal });
      if (answer.status >= 400 && answer.status !== 404)
        throw unexpected(caller.host, "remove a volume", answer);
    },
  };
}
