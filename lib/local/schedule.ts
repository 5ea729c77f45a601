import type { Log } from "../usecases/dependencies.ts";
import { createSteady, pause } from "./steady.ts";

export interface ScheduleOptions {
  /** One look at everything. `stop` asks it to end early and in good order. */
  readonly tick: (stop: AbortSignal) => Promise<unknown>;
  /** From the beginning of one tick to that of the next, in milliseconds; a longer tick is followed at once. */
  readonly everyMs: number;
  readonly log: Pick<Log, "info" | "warn">;
}

export interface Schedule {
  /** Resolves when the last tick has ended. */
  stop(): Promise<void>;
}

/** Ticks again and again, one at a time. A tick that fails is no reason to wait longer: the others' runs want watching. */
export function startSchedule({ tick, everyMs, log }: ScheduleOptions): Schedule {
  const stopping = new AbortController();
  const steadily = createSteady({ doing: "watch everything", log });
  const run = async () => {
    while (!stopping.signal.aborted) {
      const next = performance.now() + everyMs;
      await steadily(() => tick(stopping.signal));
      await pause(Math.max(0, next - performance.now()), stopping.signal);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
