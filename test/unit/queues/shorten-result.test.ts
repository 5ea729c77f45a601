import fc from "fast-check";
import { expect, test } from "vitest";
import { toBody } from "../../../lib/queues/message-body.ts";
import { shortenResult } from "../../../lib/queues/shorten-result.ts";
import type { Result, ResultData } from "../../../lib/runs/result.ts";
import { anyText } from "../../support/any-text.ts";
import { aResult } from "../../support/results.ts";

/** A result that is not bounded yet, as one that was made elsewhere may be. */
function unbounded(data: Partial<ResultData>): Result {
  const result = aResult({ id: "run" });
  return { ...result, data: { ...result.data, ...data } };
}

const sizeOf = (result: Result) => Buffer.byteLength(toBody(result));
const problem = (message: string) => ({ path: "infrastructure", message });
const long = (length: number, unit = "x") => unit.repeat(length);

test("leaves a result that fits as it is", () => {
  const result = unbounded({ logs: { tail: "all of it", truncated: false } });

  expect(shortenResult(result, sizeOf(result))).toBe(result);
});

test("keeps as much of the end of the output as fits", () => {
  const result = unbounded({ logs: { tail: `${long(5_000)}the end`, truncated: false } });

  const shorter = shortenResult(result, 2_000);

  expect(shorter?.data.logs?.tail).toMatch(/^x+the end$/);
  expect(shorter?.data.logs?.truncated).toBe(true);
  expect(shorter && sizeOf(shorter)).toBeGreaterThan(1_900);
});

test("gives up labels, warnings and all problems but the first only after the output", () => {
  const result = unbounded({
    logs: { tail: long(1_000), truncated: false },
    labels: { a: long(1_000) },
    warnings: [long(1_000)],
    problems: [problem(long(1_000)), problem("second")],
  });

  expect(shortenResult(result, 3_900)?.data).toMatchObject({
    logs: { tail: expect.stringMatching(/^x+$/) },
    labels: result.data.labels,
  });
  expect(shortenResult(result, 2_700)?.data).toMatchObject({
    logs: { tail: "" },
    labels: {},
    warnings: result.data.warnings,
  });
  expect(shortenResult(result, 1_000)?.data).toMatchObject({
    warnings: [],
    problems: [problem(long(200))],
  });
});

test("keeps the excerpt of a request rather than the output, and gives it up next", () => {
  const result = unbounded({ body: long(1_024), logs: { tail: long(1_000), truncated: false } });

  expect(shortenResult(result, 1_700)?.data.body).toBe(result.data.body);
  expect(shortenResult(result, 1_000)?.data).not.toHaveProperty("body");
});

test("says that a result cannot be made short enough", () => {
  expect(shortenResult({ ...aResult(), subject: long(3_000) }, 2_000)).toBeUndefined();
});

test("never exceeds the limit and never changes what says how the run ended", () => {
  fc.assert(
    fc.property(
      anyText(1_000).map((text) => text.toWellFormed()),
      fc.dictionary(fc.string(), fc.string({ maxLength: 200 }), { maxKeys: 5 }),
      fc.integer({ min: 700, max: 2_500 }),
      (tail, labels, limit) => {
        const result = unbounded({ logs: { tail, truncated: false }, labels });

        const shorter = shortenResult(result, limit);

        expect(shorter && sizeOf(shorter)).toBeLessThanOrEqual(limit);
        expect(shorter).toMatchObject({
          id: result.id,
          subject: result.subject,
          data: { id: "run", state: "completed", status_code: 0 },
        });
        expect(tail.endsWith(shorter?.data.logs?.tail.replace(/^\ufffd/, "") ?? "")).toBe(true);
      },
    ),
  );
});
