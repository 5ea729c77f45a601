import { describe, expect, test } from "vitest";
import { createContact } from "../../../../lib/backends/kubernetes/api/contact.ts";

describe("the controllers of a cluster", () => {
  test("are not known of before it has answered", () => {
    const contact = createContact();

    contact.failed();
    contact.answered(Number.NaN);

    expect(contact.controllerMs).toBeUndefined();
  });

  test("may be on their way back when somebody begins to look", () => {
    const contact = createContact();

    contact.answered(1_000);
    contact.answered(2_000);

    expect(contact.controllerMs).toBe(31_000);
  });

  test.each([
    ["a blink", 1_000, 30_000],
    ["a while", 120_000, 120_000],
    ["an hour", 3_600_000, 300_000],
  ])(
    "may take as long to return as an outage of %s took, within bounds",
    (_, outageMs, returnMs) => {
      const contact = createContact();
      contact.answered(0);

      contact.failed();
      contact.failed();
      contact.answered(outageMs);
      contact.answered(outageMs + 1_000);

      expect(contact.controllerMs).toBe(outageMs + returnMs);
    },
  );

  test.each([
    ["none", [0, 9_000], undefined],
    ["one that is sat out", [0, "failed", 9_000], undefined],
    ["one of a minute", [0, "failed", 60_000, 61_000], 120_000],
    ["one whose beginning nobody saw", ["failed", 60_000], 90_000],
  ] as const)("may be on their way back, with the nodes, after an outage: %s", (_, seen, until) => {
    const contact = createContact();

    for (const one of seen) one === "failed" ? contact.failed() : contact.answered(one);

    expect(contact.returnMs).toBe(until);
  });

  test("are at work when the latest of what they wrote was written", () => {
    const contact = createContact();
    contact.answered(0);

    contact.sawController(90_000);
    contact.sawController(80_000);
    contact.sawController(Number.NaN);

    expect(contact.controllerMs).toBe(90_000);
  });
});
