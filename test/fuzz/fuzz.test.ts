import * as fc from "fast-check";
import { test } from "vitest";
import { FUZZ_TARGETS } from "./targets.ts";

const SECONDS = 1;

test.each(FUZZ_TARGETS)(
  "$name: anything is taken or refused, and nothing is broken by it",
  async ({ property }) => {
    await fc.assert(property as fc.IAsyncProperty<unknown>, {
      numRuns: 1_000_000,
      interruptAfterTimeLimit: SECONDS * 1_000,
    });
  },
);
