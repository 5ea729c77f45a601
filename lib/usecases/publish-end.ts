import type { Backend } from "../backends/backend.ts";
import type { Ended } from "../runs/observation.ts";
import { type Result, terminalResult } from "../runs/result.ts";
import type { Dependencies } from "./dependencies.ts";
import { readTail } from "./read-tail.ts";

type Needs = Pick<Dependencies, "config" | "log" | "metrics">;

/**
 * Publishes how a run ended and only then lets go of it: whatever dies in between, the result comes once more, and its
 * id tells that it is the same.
 */
export async function publishEnd(
  deps: Needs,
  backend: Pick<Backend, "settle" | "output">,
  ended: Ended,
  publish: (result: Result) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { logs, warning } = await readTail(
    backend,
    ended.run,
    ended.attempts > 0 || ended.hasOutput ? deps.config.logs.tail_bytes : 0,
    signal,
  );
  const run = warning ? { ...ended.run, warnings: [...ended.run.warnings, warning] } : ended.run;
  await publish(terminalResult({ ...ended, run }, logs));
  await backend.settle(ended.run, signal);
  report(deps, ended, logs?.tail);
}

function report(
  { log, metrics }: Needs,
  { run, outcome, cause, statusCode, finishedAt }: Ended,
  tail?: string,
) {
  metrics.count("results", 1, { state: outcome, cause: cause?.code ?? "None" });
  if (finishedAt)
    metrics.milliseconds("publish_lag", Math.max(0, Date.now() - Date.parse(finishedAt)));
  log.info("run ended", {
    run_id: run.key.id,
    identifier: run.identifier,
    state: outcome,
    status_code: statusCode,
    ...(cause ? { cause: cause.code } : {}),
    ...(run.streamOutput && tail ? { output: tail } : {}),
  });
}
