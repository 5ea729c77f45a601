import { expect, test, vi } from "vitest";
import { startSchedule } from "../../../lib/local/schedule.ts";
import { aLog } from "../../support/logs.ts";

test("ticks again and again, one at a time", async () => {
  let running = 0;
  let most = 0;
  let ticks = 0;
  const tick = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    ticks++;
  };

  const schedule = startSchedule({ tick, everyMs: 1, log: aLog() });
  await vi.waitFor(() => expect(ticks).toBeGreaterThan(3));
  await schedule.stop();

  expect(most).toBe(1);
});

test("asks the running tick to end, waits for it and starts no other", async () => {
  let ticks = 0;
  let ended = false;
  const tick = async (stop: AbortSignal) => {
    ticks++;
    await new Promise((resolve) => stop.addEventListener("abort", resolve));
    await new Promise((resolve) => setTimeout(resolve, 10));
    ended = true;
  };
  const schedule = startSchedule({ tick, everyMs: 1, log: aLog() });
  await vi.waitFor(() => expect(ticks).toBe(1));

  await schedule.stop();

  expect(ended).toBe(true);
  expect(ticks).toBe(1);
});

test("stops while it waits for the next tick", async () => {
  let ticks = 0;
  const schedule = startSchedule({
    tick: async () => ticks++,
    everyMs: 3_600_000,
    log: aLog(),
  });
  await vi.waitFor(() => expect(ticks).toBe(1));

  await schedule.stop();

  expect(ticks).toBe(1);
});

test("goes on after ticks that fail, and says once that they do and once that they no longer do", async () => {
  let ticks = 0;
  const log = aLog();
  const tick = async () => {
    if (++ticks <= 3) throw new Error("down");
  };

  const schedule = startSchedule({ tick, everyMs: 1, log });
  await vi.waitFor(() => expect(ticks).toBeGreaterThan(4));
  await schedule.stop();

  expect(log.messages()).toEqual([
    "cannot watch everything; trying again",
    "can watch everything again",
  ]);
  expect(log.lines[0]?.fields.reason).toBe("down");
});
