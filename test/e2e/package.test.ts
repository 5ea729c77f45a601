import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

const ROOT = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

describe("the published package", () => {
  let place: string;
  let slipway: Slipway;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "slipway-package-"));
    await execute(process.execPath, ["scripts/build-package.ts"], { cwd: ROOT });
    const packed = await execute("npm", ["pack", "./build/package", "--pack-destination", place], {
      cwd: ROOT,
    });
    await writeFile(join(place, "package.json"), '{ "private": true }');
    const archive = `./${packed.stdout.trim().split("\n").at(-1)}`;
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    await execute("npm", ["install", ...quiet, archive], { cwd: place });
    slipway = await aSlipway([process.execPath, join(place, "node_modules/.bin/slipway")]);
  });
  afterAll(async () => {
    await slipway?.[Symbol.asyncDispose]();
    await rm(place, { recursive: true, force: true });
  });

  test("says its version", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));

    expect(await slipway.call(["--version"])).toMatchObject({
      exitCode: 0,
      stdout: `${version}\n`,
    });
  });

  test("runs a process under its own compiled recorder", async () => {
    const called = await slipway.call(["run", "--", "sh", "-c", "echo hi; exit 3"], { cwd: place });

    expect(called).toMatchObject({ exitCode: 3, stdout: "hi\n" });
  });

  test.each([
    [["--type", "kubernetes-job", "--image", "busybox"], "kind: Job"],
    [["--image", "busybox"], '"Image": "busybox"'],
  ])("previews for %j", async (options, expected) => {
    const { exitCode, stdout } = await slipway.call(["preview", ...options, "--", "true"], {
      cwd: place,
    });

    expect(exitCode).toBe(0);
    expect(stdout).toContain(expected);
  });

  test("brings its example along", async () => {
    expect(await slipway.call(["demo"], { cwd: place })).toMatchObject({ exitCode: 0 });
  });

  test("offers its client to programs", async () => {
    const program =
      'import { createClient } from "slipway/client"; console.log(typeof createClient);';

    const { stdout } = await execute(process.execPath, ["--input-type=module", "-e", program], {
      cwd: place,
    });

    expect(stdout).toBe("function\n");
  });

  test("asks for no Node binary and no tool", async () => {
    const manifest = await readFile(join(place, "node_modules/slipway/package.json"), "utf8");

    expect(JSON.parse(manifest)).not.toHaveProperty("optionalDependencies");
    expect(JSON.parse(manifest)).not.toHaveProperty("devDependencies");
    expect(JSON.parse(manifest)).not.toHaveProperty("private");
  });
});
