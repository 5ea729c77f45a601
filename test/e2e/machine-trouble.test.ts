import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

/** Trouble that no right of root's gets round, so that it is real for every user who runs the tests. */
describe("slipway on a machine in trouble", () => {
  let slipway: Slipway;
  let file: string;
  beforeAll(async () => {
    slipway = await aSlipway();
    file = join(slipway.directory, "a-file");
    await writeFile(file, "");
  });
  afterAll(() => slipway[Symbol.asyncDispose]());

  test.each([
    ["its state is to be kept where a file stands", ["dev", "--port", "0"], "XDG_STATE_HOME"],
    ["its temporary folder is a file", ["demo"], "TMPDIR"],
  ])("says where the trouble is when %s", async (_, args, variable) => {
    const called = await slipway.call(args, { env: { [variable]: join(file, "inside") } });

    expect(called.exitCode).toBe(71);
    expect(called.stderr).toContain("This machine could not do it: not a directory");
    expect(called.stderr).toContain(join(file, "inside"));
    expect(called.stderr).toContain(variable);
    expect(called.stderr).not.toContain("defect");
  });
});
