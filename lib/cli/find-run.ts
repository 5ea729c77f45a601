import type { Engines } from "../local/dependencies.ts";
import type { Target } from "../runs/run.ts";
import { type Found, findRun } from "../usecases/find-run.ts";
import { EXIT } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** An engine that has not answered by then is taken for one that does not, in milliseconds. */
const LOOK_DEADLINE_MS = 15_000;

/**
 * Looks for a run among this machine's processes first, then everywhere else: an engine's SDK is not loaded for a run
 * that is found without it. Throws as `findRun` does.
 */
export async function lookForRun(
  { backends, targets }: Pick<Engines, "backends" | "targets">,
  id: string,
): Promise<Found | undefined> {
  const signal = AbortSignal.timeout(LOOK_DEADLINE_MS);
  const near = targets.filter(isNear);
  const far = targets.filter((target) => !isNear(target));
  return (
    (await findRun({ backends, targets: near }, id, signal)) ??
    (await findRun({ backends, targets: far }, id, signal))
  );
}

/** The same where it must be there. Throws a UsageError that says where was looked. */
export async function requireRun(engines: Engines, id: string): Promise<Found> {
  const found = await lookForRun(engines, id);
  if (found) return found;
  const looked = engines.targets.map(({ type, name }) => `${type} ${name}`).join(", ");
  throw new UsageError(
    `there is no run ${id}`,
    `Looked at ${looked || "nothing: no engine is configured"}. Finished runs are kept for ${engines.config.retention_seconds} s after their result.`,
    EXIT.notFound,
  );
}

const isNear = ({ type }: Target) => type === "process";
