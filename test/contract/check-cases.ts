import { describe, expect, test } from "vitest";
import type { Arena } from "./arena.ts";

export function defineCheckCases({ subject, launcher, deadline }: Arena) {
  describe("checking", () => {
    test("says what the target is, and that nothing keeps runs from working there", async () => {
      const check = await launcher().check(subject().target, deadline());

      expect(check).toMatchObject({ version: expect.stringMatching(/\d+\.\d+/), problems: [] });
    });
  });
}
