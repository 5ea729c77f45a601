import { runEnvironment } from "../../runs/environment.ts";
import type { ProcessSpec } from "../../runs/infrastructure.ts";
import { invalid, type Problem } from "../../runs/launch-error.ts";
import type { Run } from "../../runs/run.ts";
import type { LaunchRecord } from "./records.ts";

/** What a run's command is started with: preview shows it, submit sends it. Throws `Invalid` with every problem. */
export function planOf(run: Run<ProcessSpec>): LaunchRecord {
  const { command, env: requested } = run.spec;
  const problems = problemsOf(command);
  if (problems.length > 0) throw invalid(problems);
  const trace = run.traceparent === undefined ? {} : { TRACEPARENT: run.traceparent };
  const env = runEnvironment({ ...run.baseEnvironment, ...trace }, requested, run.key.id);
  const unset = Object.keys(requested).filter((name) => requested[name] === null);
  return { command, env, unset: unset.filter((name) => !Object.hasOwn(env, name)) };
}

function problemsOf([program]: readonly string[]): Problem[] {
  const path = "infrastructure.command";
  if (program === undefined)
    return [{ path, message: "Process cannot be run with empty command." }];
  return program === "" ? [{ path: `${path}[0]`, message: "names no program" }] : [];
}
