import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { createArena } from "./arena.ts";
import { defineCancelCases } from "./cancel-cases.ts";
import { defineCheckCases } from "./check-cases.ts";
import { defineCrashCases } from "./crash-cases.ts";
import { defineEndCases } from "./end-cases.ts";
import { defineFollowCases } from "./follow-cases.ts";
import { defineOutputCases } from "./output-cases.ts";
import { defineRetentionCases } from "./retention-cases.ts";
import { defineSettleCases } from "./settle-cases.ts";
import type { ContractSubject } from "./subject.ts";
import { defineSubmitCases } from "./submit-cases.ts";

const PARTS = {
  submitting: defineSubmitCases,
  observing: defineEndCases,
  settling: defineSettleCases,
  cancelling: defineCancelCases,
  output: defineOutputCases,
  following: defineFollowCases,
  retention: defineRetentionCases,
  crashes: defineCrashCases,
  checking: defineCheckCases,
};
export type ContractPart = keyof typeof PARTS;
export const CONTRACT_PARTS = Object.keys(PARTS) as readonly ContractPart[];

/**
 * What a backend is, whatever its engine: the promises of `lib/backends/backend.ts`, tried on the real thing. A backend
 * is done when this passes. The cases run one after another, for a sweep reaches every run of its target; where subjects
 * share nothing, its parts may be tried side by side, each on a subject of its own.
 */
export function defineBackendContract(
  name: string,
  createSubject: () => Promise<ContractSubject>,
  parts: readonly ContractPart[] = CONTRACT_PARTS,
): void {
  describe(`the ${name} backend keeps the contract`, () => {
    let subject: ContractSubject | undefined;
    const arena = createArena(() => {
      if (!subject) throw new Error("the subject is not made yet");
      return subject;
    });

    beforeAll(async () => {
      subject = await createSubject();
    });
    afterEach(arena.close);
    afterAll(async () => subject?.dispose());

    for (const part of parts) PARTS[part](arena);
  });
}
