import { expect, test } from "vitest";
import { createClock } from "../../../../lib/backends/docker/api/clock.ts";

test("an engine's clock is asked for once a minute, and again where this machine's went back", async () => {
  let [asked, here] = [0, 5_000];
  const engine = async () => `2026-11-28T12:00:0${asked++}.000Z`;
  const now = createClock(engine, () => here);
  const at = (ms: number) => {
    here = ms;
    return now(AbortSignal.timeout(1_000));
  };

  const told = [await at(5_000), await at(6_500), await at(64_999), await at(65_000), await at(1)];

  expect(told).toEqual([
    "2026-11-28T12:00:00.000Z",
    "2026-11-28T12:00:01.500Z",
    "2026-11-28T12:00:59.999Z",
    "2026-11-28T12:00:01.000Z",
    "2026-11-28T12:00:02.000Z",
  ]);
});
