import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../lib/config/config.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import { ageMs, isLastTry, pauseSeconds } from "../../../lib/usecases/pause.ts";
import { aMessage } from "../../support/messages.ts";

test.each([
  [1, 0, 30],
  [2, 0, 60],
  [3, 0, 120],
  [5, 0, 480],
  [6, 0, 900],
  [1_000, 0, 900],
  [1, 45_500, 46],
  [1, 10_000, 30],
  [1, 86_400_000, 900],
])("after %i receipts and a Retry-After of %i ms pauses %i s", (count, retryAfterMs, seconds) => {
  expect(pauseSeconds(count, retryAfterMs)).toBe(seconds);
});

test("does not ask the queue for its clock on a first receipt", async () => {
  const requests = queueAt(() => {
    throw new Error("asked");
  });

  await expect(ageMs({ requests }, aMessage({ receiveCount: 1 }))).resolves.toBe(0);
});

test("measures a redelivery's age by the queue's clock", async () => {
  const requests = queueAt(() => 61_000);

  const age = await ageMs({ requests }, aMessage({ receiveCount: 2, firstReceivedAtMs: 1_000 }));

  expect(age).toBe(60_000);
});

test("keeps the request where the queue refuses to say what time it is", async () => {
  const requests = queueAt(() => {
    throw new LaunchError("Invalid", "refused");
  });

  await expect(ageMs({ requests }, aMessage({ receiveCount: 2 }))).rejects.toMatchObject({
    code: "EngineLost",
    retryable: true,
  });
});

test.each([
  ["the last delivery", { receiveCount: 5, firstReceivedAtMs: 0 }, 0, true],
  [
    "a middle delivery before the deadline",
    { receiveCount: 4, firstReceivedAtMs: 0 },
    3_599_999,
    false,
  ],
  [
    "a middle delivery after the deadline",
    { receiveCount: 2, firstReceivedAtMs: 0 },
    3_600_000,
    true,
  ],
])("takes %s as the last try: %o", async (_title, message, nowMs, expected) => {
  const deps = { requests: queueAt(() => nowMs), config: DEFAULT_CONFIG, maxReceiveCount: 5 };

  await expect(isLastTry(deps, aMessage(message))).resolves.toBe(expected);
});

const queueAt = (nowMs: () => number) => ({
  delay: async () => undefined,
  nowMs: async () => nowMs(),
});
