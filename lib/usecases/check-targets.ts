import type { Backend, TargetCheck } from "../backends/backend.ts";
import type { BackendRegistry } from "../backends/registry.ts";
import { LaunchError } from "../runs/launch-error.ts";
import type { Target } from "../runs/run.ts";

/** What came of asking something that the configuration names. */
export interface Checked {
  /** undefined where it did not answer. */
  readonly version: string | undefined;
  readonly latencyMs: number;
  /** What is wrong with it; none where it can be used. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** So long for each, in milliseconds. */
const DEADLINE_MS = 15_000;

/** Asks every target at once, each with a deadline of its own. One that does not answer is a problem, not an error. */
export async function checkTargets(
  backends: Pick<BackendRegistry, "load">,
  targets: readonly Target[],
  deadlineMs = DEADLINE_MS,
): Promise<(Checked & { readonly target: Target })[]> {
  return Promise.all(
    targets.map(async (target) => {
      const ask = async (signal: AbortSignal) =>
        checkOn(await backends.load(target.type), target, signal);
      return { target, ...(await checkOne(ask, deadlineMs)) };
    }),
  );
}

const checkOn = (backend: Backend, target: Target, signal: AbortSignal) =>
  backend.check(target, signal);

/** Asks one thing, and measures how long it takes. */
export async function checkOne(
  ask: (signal: AbortSignal) => Promise<TargetCheck>,
  deadlineMs = DEADLINE_MS,
): Promise<Checked> {
  const started = performance.now();
  const signal = AbortSignal.timeout(deadlineMs);
  const check = await Promise.race([ask(signal), atDeadline(signal)]).catch((error: unknown) => ({
    version: undefined,
    problems: [reasonOf(error, signal, deadlineMs)],
    notes: [],
  }));
  return { ...check, latencyMs: Math.round(performance.now() - started) };
}

const atDeadline = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

function reasonOf(error: unknown, signal: AbortSignal, deadlineMs: number): string {
  if (signal.aborted) return `did not answer within ${deadlineMs / 1_000} seconds`;
  if (error instanceof LaunchError) return error.message;
  throw error;
}
