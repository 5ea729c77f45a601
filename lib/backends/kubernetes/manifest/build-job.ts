import type { V1Job, V1JobSpec } from "@kubernetes/client-node";
import type { KubernetesJobSpec } from "../../../runs/infrastructure.ts";
import { invalid, type Problem } from "../../../runs/launch-error.ts";
import type { Run } from "../../../runs/run.ts";
import { applyPatch } from "./apply-patch.ts";
import { baseJob } from "./base-job.ts";
import { countsOf, moveCounts, withJobCounts } from "./job-counts.ts";
import { baseProblems, baseWarnings, manifestProblems } from "./manifest-problems.ts";
import { requestProblems } from "./request-problems.ts";
import { shortcuts } from "./shortcuts.ts";
import { sizeProblems } from "./size-problems.ts";
import { stamp } from "./stamp.ts";

/**
 * The Job that a run becomes, exactly as it is sent: base manifest, shortcuts, customizations, then our markers. It is
 * plain JSON and may hold fields that this program and its libraries do not know. Throws a LaunchError `Invalid` that
 * names what is wrong with the request.
 */
export function buildJob(run: Run<KubernetesJobSpec>): V1Job {
  const { spec } = run;
  const customizations = withJobCounts(spec.customizations);
  const base = baseJob(spec.job, "infrastructure.job");
  refuse([...requestProblems(spec), ...baseProblems(base, run)]);
  const warnings = baseWarnings(base, spec);
  const counts = countsOf(base);
  const short = applyPatch(base, shortcuts(run), "infrastructure");
  const manifest = applyPatch(short, customizations, "infrastructure.customizations");
  moveCounts(manifest, counts);
  refuse(manifestProblems(manifest, { ...run, spec: { ...spec, customizations } }));
  const job = stamp(manifest as V1Job & { spec: V1JobSpec }, run, warnings);
  refuse(sizeProblems(job));
  return job;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalid(problems);
}
