import { setTimeout as pause } from "node:timers/promises";
import type { LaunchError } from "../runs/launch-error.ts";
import type { Dependencies } from "./dependencies.ts";
import { settleDeadLetters } from "./settle-dead-letters.ts";
import { type SweepOptions, sweep, type TargetReport } from "./sweep.ts";

export interface WatchReport {
  readonly targets: readonly TargetReport[];
  readonly deadLetters: { readonly settled: number; readonly waiting: number };
}

/** How long one list may be relied on while news is followed: a silent watch costs at most this, in milliseconds. */
const LIST_EVERY_MS = 15_000;

export interface WatchOptions {
  /** Everything is cut off when it aborts. */
  readonly signal: AbortSignal;
  /** Go on watching for so long, in milliseconds; 0: look once. */
  readonly watchMs: number;
  /** The time between two lists while watching, in milliseconds. */
  readonly listEveryMs?: number;
  /** Called after each look at everything. */
  readonly onLook?: (report: WatchReport) => void;
  /** Ends the watching early and in good order. */
  readonly stop?: AbortSignal;
}

/** Looks again and again until the time is up, and publishes what ends in between at once. Returns the last look's report. */
export async function watchFor(deps: Dependencies, options: WatchOptions): Promise<WatchReport> {
  const { signal, watchMs, listEveryMs = LIST_EVERY_MS, onLook, stop } = options;
  const until = Date.now() + watchMs;
  for (;;) {
    const began = Date.now();
    const left = Math.min(listEveryMs, until - began);
    const follow = AbortSignal.any([
      AbortSignal.timeout(Math.max(0, left)),
      ...(stop ? [stop] : []),
    ]);
    const report = await watch(deps, left > 0 ? { signal, follow } : { signal });
    onLook?.(report);
    await rest(began + left - Date.now(), stop ? AbortSignal.any([signal, stop]) : signal);
    if (Date.now() >= until || signal.aborted || stop?.aborted) return report;
  }
}

/** Where no target could be followed, the next look waits for its time all the same: an engine that is down is not asked in a loop. */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** One tick: the dead letters, so that their fences are seen by the sweep that follows, then everything open. */
export async function watch(deps: Dependencies, options: SweepOptions): Promise<WatchReport> {
  const deadLetters = await settleDeadLetters(deps, options.signal).catch((error: unknown) => {
    deps.log.error("dead letters could not be read", { error });
    return error instanceof Error ? error : new Error(String(error));
  });
  const targets = await sweep(deps, options);
  if (deadLetters instanceof Error) throw deadLetters; // only now: no run waits for the dead letters
  return { targets, deadLetters };
}

/** Everything that a tick could not do; a schedule that alarms on errors throws it. */
export function failuresOf({ targets }: WatchReport): readonly LaunchError[] {
  return targets.flatMap(({ errors }) => errors);
}
