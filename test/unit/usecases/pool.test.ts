import { expect, test } from "vitest";
import { createPool } from "../../../lib/usecases/pool.ts";

test("never runs more at once than it has room for", async () => {
  const pool = createPool(3);
  let running = 0;
  let most = 0;

  for (let index = 0; index < 20; index++)
    await pool.add(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    });
  await pool.idle();

  expect(most).toBe(3);
  expect(running).toBe(0);
});
