import { cpuTimeOf } from "./cpu.ts";

export interface Meter {
  /** Adds what this work takes. */
  during(work: () => Promise<unknown>): Promise<void>;
  readonly total: { readonly seconds: number; readonly own: number; readonly children: number };
}

/** Adds up the time on the clock, in seconds, and that of the processor for one process and its children, in milliseconds. */
export function createMeter(pid: number): Meter {
  const total = { seconds: 0, own: 0, children: 0 };
  return {
    total,
    async during(work) {
      const [started, before] = [performance.now(), await cpuTimeOf(pid)];
      await work();
      const after = await cpuTimeOf(pid);
      total.seconds += (performance.now() - started) / 1_000;
      total.own += after.own - before.own;
      total.children += after.children - before.children;
    },
  };
}
