import type { Backend } from "../backends/backend.ts";
import type { Observation } from "../runs/observation.ts";
import type { Dependencies } from "./dependencies.ts";

export interface Found {
  readonly backend: Backend;
  readonly observation: Observation;
}

/**
 * Looks for a run by its id in every target; undefined where none knows it. Throws where none knows it and one of them
 * could not be asked: then nobody can say.
 */
export async function findRun(
  { backends, targets }: Pick<Dependencies, "backends" | "targets">,
  id: string,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const answers = await Promise.allSettled(
    targets.map(async (target) => {
      const backend = await backends.load(target.type);
      const observation = await backend.find(target, id, signal);
      return observation && { backend, observation };
    }),
  );
  const found = answers.find((answer) => answer.status === "fulfilled" && answer.value);
  if (found?.status === "fulfilled") return found.value;
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
  return undefined;
}
