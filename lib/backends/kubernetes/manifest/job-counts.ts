import { isRecord } from "../../../runs/canonical-json.ts";
import type { PatchOperation } from "../../../runs/infrastructure.ts";
import { isWithin, parsePointer, toPointer, valueAt } from "./json-pointer.ts";

/**
 * How many pods a Job has. They belong to the Job's spec; Prefect's base has them in the pod's, where the cluster ignores
 * them, and whoever writes for that base names them there.
 */
export const COUNTS = ["completions", "parallelism"] as const;

const JOB_SPEC = ["spec"];
const POD_SPEC = ["spec", "template", "spec"];

/** The same operations, with the Job's counts wherever they name those of the pod's spec. */
export function withJobCounts(operations: readonly PatchOperation[]): PatchOperation[] {
  return operations.map((operation) => {
    const path = toJobCount(operation.path);
    return "from" in operation
      ? { ...operation, path, from: toJobCount(operation.from) }
      : { ...operation, path };
  });
}

function toJobCount(pointer: string): string {
  const keys = parsePointer(pointer);
  const names = COUNTS.some((count) => isWithin(keys, [...POD_SPEC, count]));
  return names ? toPointer([...JOB_SPEC, ...keys.slice(POD_SPEC.length)]) : pointer;
}

export type Counts = Readonly<Record<string, unknown>>;

export function countsOf(manifest: unknown): Counts {
  const spec = valueAt(manifest, JOB_SPEC);
  return isRecord(spec) ? Object.fromEntries(COUNTS.map((count) => [count, spec[count]])) : {};
}

/**
 * Moves the counts that a whole pod spec brought along to the Job's. One that the Job's spec has by then counts, unless
 * it is only that of the base.
 */
export function moveCounts(manifest: unknown, base: Counts): void {
  const spec = valueAt(manifest, JOB_SPEC);
  const podSpec = valueAt(manifest, POD_SPEC);
  if (!isRecord(spec) || !isRecord(podSpec)) return;
  for (const count of COUNTS) {
    if (!Object.hasOwn(podSpec, count)) continue;
    if (spec[count] === undefined || spec[count] === base[count]) spec[count] = podSpec[count];
    delete podSpec[count];
  }
}
