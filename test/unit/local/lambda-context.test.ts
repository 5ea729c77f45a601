import { expect, test, vi } from "vitest";
import { createContext } from "../../../lib/local/lambda-context.ts";

test("counts down to nothing and not below", async () => {
  const context = createContext("submit", 30);

  const atFirst = context.getRemainingTimeInMillis();

  expect(atFirst).toBeGreaterThan(0);
  expect(atFirst).toBeLessThanOrEqual(30);
  await vi.waitFor(() => expect(context.getRemainingTimeInMillis()).toBe(0));
});

test("refuses callbacks, which Lambda no longer has", () => {
  expect(() => createContext("submit", 1).succeed("x")).toThrow(/promise/);
});
