import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../lib/config/default-config.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import {
  ageMs,
  latestNextTryMs,
  pauseSeconds,
  quotaPauseSeconds,
} from "../../../lib/usecases/pause.ts";
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

test("pauses no longer than the next try may be put off", () => {
  expect(pauseSeconds(6, 0, 100_001)).toBe(101);
  expect(pauseSeconds(1, 0, 100_001)).toBe(30);
});

test.each([
  [4, 3_600_000, 900],
  [1, 60_500, 61],
  [10, 3_600_000, 360],
  [100, 3_600_000, 60],
  [Number.POSITIVE_INFINITY, 3_600_000, 60],
  [3, 10_000_000, 900],
])("spreads %d more tries for room in a quota over %i ms: %i s", (deliveriesLeft, ms, seconds) => {
  expect(quotaPauseSeconds(deliveriesLeft, ms)).toBe(seconds);
});

test.each([
  ["on the last delivery", { receiveCount: 5 }, 0, {}, undefined],
  ["on a middle delivery", { receiveCount: 4 }, 3_599_999, {}, 1],
  ["after the deadline", { receiveCount: 2 }, 3_600_000, {}, undefined],
  ["where less is retained", { receiveCount: 2 }, 500_000, { retention_seconds: 600 }, 100_000],
  [
    "where nothing is retained",
    { receiveCount: 2 },
    600_000,
    { retention_seconds: 600 },
    3_000_000,
  ],
])("puts the next try off by so much at most %s", async (_when, message, nowMs, config, latest) => {
  const deps = {
    requests: queueAt(() => nowMs),
    config: { ...DEFAULT_CONFIG, ...config },
    maxReceiveCount: 5,
  };

  const latestMs = await latestNextTryMs(deps, aMessage({ firstReceivedAtMs: 0, ...message }));

  expect(latestMs).toBe(latest);
});

const queueAt = (nowMs: () => number) => ({
  delay: async () => undefined,
  nowMs: async () => nowMs(),
});
