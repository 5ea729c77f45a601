import { invalid } from "../runs/launch-error.ts";
import type { CancelRequest } from "../runs/request.ts";
import { runKeyOf } from "../runs/run.ts";
import type { Dependencies } from "./dependencies.ts";

/** Orders a run's end. Its `cancelled` result comes from the sweep, once the engine has confirmed that it is gone. */
export async function cancelRun(
  deps: Dependencies,
  { id, spec, graceSeconds }: CancelRequest,
  signal: AbortSignal,
): Promise<void> {
  const backend = await deps.backends.load(spec.type);
  if (backend.ephemeral) throw invalid([{ path: "action", message: NOT_HERE }]);
  const key = runKeyOf(id, spec, await backend.locate(spec));
  const options = { graceSeconds, reason: "Cancelled", message: "cancelled on request" } as const;
  const { outcome } = await backend.cancel(key, options, signal);
  deps.log.info("run cancelled", { run_id: id, outcome });
}

const NOT_HERE =
  "a process that runs inside a function's invocation cannot be cancelled; give it timeout_seconds";
