import { expect, test } from "vitest";
import type { SoakOptions } from "./options.ts";
import { soak } from "./soak.ts";

/** The whole under a storm of a few strikes, from starting the engine to taking it down, in milliseconds. */
const LONGEST_MS = 240_000;

/** A seeded soak that is short enough for every check; `npm run soak` is the long one. */
export function defineShortSoak(options: SoakOptions & { readonly strikes: number }): void {
  test(
    `loses no run, starts none twice and contradicts none (${options.runs} runs, seed ${options.seed})`,
    async ({ signal }) => {
      const { runs, strikes, broken } = await soak(options, { stop: signal });

      expect(broken).toEqual([]);
      expect(runs).toBe(options.runs);
      expect(Object.values(strikes).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
}
