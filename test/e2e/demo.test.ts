import { readdir } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { aSlipway, PATIENT } from "../support/slipway.ts";

vi.setConfig(PATIENT);

test("the demonstration shows a success, a failure and a refusal, and leaves nothing behind", async () => {
  await using slipway = await aSlipway();

  const { exitCode, stdout, stderr } = await slipway.call(["demo"], {
    env: { TMPDIR: slipway.directory },
  });

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/demo-greeting +greeting +✔ completed +0 /);
  expect(stdout).toMatch(/demo-failing +failing +✖ failed +3 /);
  expect(stdout).toMatch(/demo-misspelled +– +✖ rejected/);
  expect(stdout).toContain("did you mean command?");
  expect(await readdir(slipway.directory)).toEqual([]);
});
