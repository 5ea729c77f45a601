import { isRecord } from "../../../runs/canonical-json.ts";
import { invalid, type Problem } from "../../../runs/launch-error.ts";
import { MAIN_CONTAINER } from "../markers.ts";
import { cloneJson } from "./clone-json.ts";
import { COUNTS } from "./job-counts.ts";
import { toPointer } from "./json-pointer.ts";

/** What every base manifest must hold, extra fields aside: Prefect 2.2's own base. */
const REQUIRED = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: {} },
  spec: {
    template: {
      spec: { restartPolicy: "Never", containers: [{ name: MAIN_CONTAINER, env: [] }] },
    },
  },
} as const;

const BASE_JOB = {
  ...REQUIRED,
  spec: { ...REQUIRED.spec, parallelism: 1, completions: 1 },
};

/**
 * The base manifest of a run: the request's own, or ours. Throws a LaunchError `Invalid` with everything that is missing
 * or different, in Prefect's words.
 *
 * @param at where the manifest stands in the request
 */
export function baseJob(
  sent: Readonly<Record<string, unknown>> | undefined,
  at: string,
): Record<string, unknown> {
  const job = cloneJson(sent ?? BASE_JOB, at) as Record<string, unknown>;
  const found: Findings = { missing: [], incompatible: [] };
  moveBaseCounts(job, found);
  compare(job, REQUIRED, [], found);
  const problems = [
    ...sentence("Job is missing required attributes at the following paths", found.missing, at),
    ...sentence("Job has incompatible values for the following attributes", found.incompatible, at),
  ];
  if (problems.length > 0) throw invalid(problems);
  return job;
}

interface Findings {
  readonly missing: string[];
  readonly incompatible: string[];
}

function sentence(words: string, found: readonly string[], path: string): Problem[] {
  return found.length === 0 ? [] : [{ path, message: `${words}: ${found.toSorted().join(", ")}` }];
}

/**
 * The counts must be there, with any value. Stored bases carry them in the pod's spec; one in the Job's spec already is the
 * one that counts.
 */
function moveBaseCounts(job: Record<string, unknown>, found: Findings): void {
  const { spec } = job;
  if (!isRecord(spec)) return;
  const podSpec = isRecord(spec.template) ? spec.template.spec : undefined;
  for (const count of COUNTS) {
    if (isRecord(podSpec) && Object.hasOwn(podSpec, count)) {
      compare(podSpec[count], 1, ["spec", "template", "spec", count], found);
      if (!Object.hasOwn(spec, count)) spec[count] = podSpec[count];
      delete podSpec[count];
    }
    if (!Object.hasOwn(spec, count)) found.missing.push(toPointer(["spec", count]));
  }
}

/** Prefect compares by a JSON patch from the manifest to its base: what that would `add` is missing, what it would `replace` is incompatible. */
function compare(actual: unknown, required: unknown, path: string[], found: Findings): void {
  const isAlike = isRecord(required)
    ? isRecord(actual)
    : Array.isArray(required)
      ? Array.isArray(actual)
      : actual === required;
  if (!isAlike) {
    found.incompatible.push(`${toPointer(path)} must have value ${JSON.stringify(required)}`);
    return;
  }
  if (typeof required !== "object" || required === null) return;
  for (const [key, value] of Object.entries(required)) {
    const inner = [...path, key];
    if (!Object.hasOwn(actual as object, key)) found.missing.push(toPointer(inner));
    else compare((actual as Record<string, unknown>)[key], value, inner, found);
  }
}
