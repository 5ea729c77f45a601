import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commandsIn, readmeBlocks } from "../support/readme.ts";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

const ROOT = resolve(import.meta.dirname, "../..");

/** `npx` without a look at the registry, and the demonstration without an installation in the midst of other tests. */
const STAND_INS = {
  npx: `case $1 in
  slipway) shift; exec "${process.execPath}" "${ROOT}/lib/cli/main.ts" "$@";;
  *) program=$1; shift; exec "${process.execPath}" "${ROOT}/node_modules/.bin/$program" "$@";;
esac`,
  npm: `[ "$1" = start ] && exec "${process.execPath}" "${ROOT}/lib/cli/main.ts" demo`,
};

const blocks = (await readmeBlocks()).filter(({ language }) => language === "sh");
const alone = blocks.filter(({ remark }) => remark === "").flatMap(commandsIn);
const together = blocks.filter(({ remark }) => remark === "two terminals").map(commandsIn);

describe("a command that the README shows", () => {
  let shell: Slipway;
  beforeAll(async () => {
    shell = await aSlipway(["/bin/sh", "-c"]);
    const directory = join(shell.directory, "bin");
    await mkdir(directory);
    for (const [name, script] of Object.entries(STAND_INS)) {
      await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(directory, name), 0o755);
    }
    shell.env.PATH = [directory, shell.env.PATH].join(delimiter);
  });
  afterAll(() => shell[Symbol.asyncDispose]());

  test.each(alone)("works: %s", async (command) => {
    const { exitCode, stdout, stderr } = await shell.call([command]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(stdout).not.toBe("");
  });

  test.each(together)("works beside the others in another terminal: %s", async (...commands) => {
    const [serve = "", ...others] = commands;
    const serving = shell.start([
      `exec ${serve.replace("npx slipway", STAND_IN_SLIPWAY)} --port 0`,
    ]);
    await serving.saying(/Ready\./);

    const codes: Record<string, number | null> = {};
    for (const command of others) codes[command] = (await shell.call([command])).exitCode;

    expect(codes).toEqual(Object.fromEntries(others.map((command) => [command, 0])));
    serving.kill("SIGTERM");
    expect((await serving.ended).exitCode).toBe(0);
  });
});

/** Without a shell between, which would keep the signal to itself. */
const STAND_IN_SLIPWAY = `"${process.execPath}" "${ROOT}/lib/cli/main.ts"`;

test("a command that is not tried says why in the README's source", () => {
  const untried = blocks.filter(({ remark }) => remark !== "" && remark !== "two terminals");

  for (const { remark } of untried) expect(remark).toMatch(/^(needs \w+: |not run here: )/);
});
