import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProcessSpec } from "../../../lib/runs/infrastructure.ts";
import { collect } from "../../contract/arena.ts";
import { aRun, aSpec } from "../../support/builders.ts";
import { useProcesses } from "./support/arena.ts";
import { exists } from "./support/run-files.ts";

const { processes, launcher, run, submit, untilEnded, endOf, launcherIn, deadline } =
  useProcesses();

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-place-"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const outputOf = async (script: string, fields: Record<string, unknown> = {}) => {
  const { ended } = await endOf(script, fields);
  return String(await collect(launcher().output(ended.run, { signal: deadline() })));
};

const endOfCommand = async (command: string[], env: ProcessSpec["env"] = {}) => {
  const what = aRun(aSpec("process", { command, env }), processes().target);
  await submit(launcher(), what);
  return untilEnded(launcher(), what);
};

describe("a command", () => {
  test("is given its words as they are, for no shell to read", async () => {
    const words = ["$HOME", "`id`", "a;b|c>d", "*", "it's", "\n", ""];
    const spec = aSpec("process", { command: ["printf", "[%s]", ...words] });
    const what = aRun(spec, processes().target);
    await submit(launcher(), what);
    const { run: seen } = await untilEnded(launcher(), what);

    const output = await collect(launcher().output(seen, { signal: deadline() }));

    expect(String(output)).toBe(words.map((word) => `[${word}]`).join(""));
  });

  test.each([
    ["does not exist", ["no-such-command-anywhere"], 127],
    ["does not exist at its path", ["/no/such/command"], 127],
    ["is a directory", ["/tmp"], 126],
    ["is longer than the system takes", ["true", "x".repeat(200_000)], 126],
  ])("that %s crashes the run with the code that shells give", async (_, command, statusCode) => {
    const ended = await endOfCommand(command);

    expect(ended).toMatchObject({
      outcome: "crashed",
      statusCode,
      cause: { code: "ConfigError", blame: "configuration" },
      attempts: 0,
    });
  });

  test("that may not be executed crashes the run with 126", async () => {
    const file = join(place, "not-executable");
    await writeFile(file, "#!/bin/sh\n");

    expect(await endOfCommand([file])).toMatchObject({ outcome: "crashed", statusCode: 126 });
  });

  test("whose interpreter is missing crashes the run with 127", async () => {
    const file = join(place, "script");
    await writeFile(file, "#!/no/such/interpreter\n");
    await chmod(file, 0o755);

    expect(await endOfCommand([file])).toMatchObject({ outcome: "crashed", statusCode: 127 });
  });

  test("is looked for in the path that the request sets", async () => {
    const ended = await endOfCommand(["true"], { PATH: "/no/such/path" });

    expect(ended).toMatchObject({ statusCode: 127 });
  });
});

describe("the environment", () => {
  test("is the launcher's own, with the request's over it", async () => {
    const env = {
      ...process.env,
      INHERITED: "yes",
      GONE: "yes",
      NODE_OPTIONS: "--require /no/such",
    };
    const what = run('echo "$INHERITED ${GONE-gone} $NODE_OPTIONS"', { env: { GONE: null } });
    const submitter = launcherIn(env);
    await submit(submitter, what);
    const { run: seen } = await untilEnded(submitter, what);

    const output = await collect(submitter.output(seen, { signal: deadline() }));

    expect(String(output)).toBe("yes gone --require /no/such\n");
  });

  test.each([
    ["NODE_OPTIONS", "--require /no/such/module"],
    ["NODE_COMPILE_CACHE", "/no/such/cache"],
    ["SLIPWAY_RECORDER_INHERITED", "{"],
    ["AWS_SECRET_ACCESS_KEY", "not the launcher's"],
  ])("of a request reaches its command and nothing else: %s", async (name, value) => {
    expect(await outputOf(`printenv ${name}`, { env: { [name]: value } })).toBe(`${value}\n`);
  });

  test("loads a request's library into its command and not into the recorder", async () => {
    const { ended } = await endOf("exit 3", { env: { LD_PRELOAD: "/no/such/library.so" } });

    expect(ended).toMatchObject({ statusCode: 3 });
  });

  test("is on the disk, for its owner only, no longer than until the start", async () => {
    const what = run("sleep 2", { env: { API_TOKEN: "s3cr3t-value" } });
    await submit(launcher(), what);
    const directory = processes().directoryOf(what.key);

    const modes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).mode),
    );

    expect(await exists(join(directory, "launch.json"))).toBe(false);
    expect(modes.filter((mode) => (mode & 0o077) !== 0)).toEqual([]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await untilEnded(launcher(), what);
  });

  test("leaves nothing of the recorder open to the command", async () => {
    const open = await outputOf("for fd in /proc/$$/fd/*; do readlink $fd; done");

    const places = open.trim().split("\n");
    expect(places.filter((one) => !/^(\/dev\/null|.*\.output.*|pipe:.*)$/.test(one))).toEqual([]);
  });
});

describe("the two output streams", () => {
  test("keep their order", async () => {
    const script = "for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done";

    const output = await outputOf(script);

    expect(output.trim().split("\n")).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((i) => [`o${i}`, `e${i}`]),
    );
  });

  test("can be opened again by name", async () => {
    expect(await outputOf("echo one > /dev/stderr; echo two > /dev/stdout")).toBe("one\ntwo\n");
  });
});

describe("the working directory", () => {
  test("is fresh, empty, its own, and gone afterwards", async () => {
    const [directory = "", listing] = (await outputOf("pwd; ls -A; touch here")).split("\n");

    expect(directory.startsWith(tmpdir())).toBe(true);
    expect(listing).toBe("");
    expect(await exists(directory)).toBe(false);
  });

  test("goes away with what its command made read-only", async () => {
    const directory = await outputOf("mkdir -p a/b; touch a/b/c; chmod -R 0500 a; pwd");

    expect(await exists(directory.trim())).toBe(false);
  });

  test("takes nothing along that a link in it leads to", async () => {
    const treasure = join(place, "treasure");
    await writeFile(treasure, "kept");

    await endOf(`ln -s ${place} link; ln -s / root`);

    expect(await readFile(treasure, "utf8")).toBe("kept");
  });

  test("takes nothing along that it was itself replaced with", async () => {
    const treasure = join(place, "treasure");
    await writeFile(treasure, "kept");

    const { ended } = await endOf(`here=$PWD; cd /; rmdir "$here"; ln -s ${place} "$here"`);

    expect(ended).toMatchObject({ outcome: "completed" });
    expect(await readFile(treasure, "utf8")).toBe("kept");
  });
});
