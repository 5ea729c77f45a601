import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { aSlipway, PATIENT, type Slipway } from "../support/slipway.ts";

vi.setConfig(PATIENT);

let slipway: Slipway;
beforeAll(async () => {
  slipway = await aSlipway();
});
afterAll(() => slipway[Symbol.asyncDispose]());

const sh = (script: string) => ["run", "--", "sh", "-c", script];

describe("slipway run", () => {
  test.each([
    ["succeeds", sh("echo hi"), 0, "hi\n"],
    ["fails", sh("echo hi; exit 3"), 3, "hi\n"],
    ["writes to both streams", sh("echo one; sleep 0.1; echo two >&2"), 0, "one\ntwo\n"],
    ["is killed", sh("kill -9 $$"), 137, ""],
    ["is asked to end by a signal", sh("kill -TERM $$"), 143, ""],
    ["prints a line without an end", sh("printf hi"), 0, "hi"],
    [
      "draws a progress bar",
      sh("printf '10 %%\\r100 %%\\r\\ndone\\n'"),
      0,
      "10 %\r100 %\r\ndone\n",
    ],
    ["is given variables", ["run", "--env", "WHO=you", ...sh("echo $WHO").slice(1)], 0, "you\n"],
    [
      "is given several variables",
      [
        ...["run", "--env", "A=1", "--env", "B=2"],
        ...[...sh('echo "$A $B $*"').slice(1), "sh", "--env", "C=3"],
      ],
      0,
      "1 2 --env C=3\n",
    ],
    [
      "is changed by --set more than once",
      [
        ...["run", "--set", "infrastructure.command.1=one", "examples/hello.yaml"],
        ...["--set", "infrastructure.command.0=echo"],
      ],
      0,
      "one\n",
    ],
    [
      "wants its output not shown",
      ["run", "examples/hello.yaml", "--set", "infrastructure.stream_output=false"],
      0,
      "",
    ],
    [
      "is changed by --set",
      ["run", "examples/hello.yaml", "--set", "infrastructure.command.1=changed"],
      0,
      "changed\n",
    ],
  ])("ends as its run does that %s", async (_what, args, exitCode, stdout) => {
    expect(await slipway.call(args)).toMatchObject({ exitCode, stdout });
  });

  test("shows a line without an end while its run goes on, and the rest when it comes", async () => {
    const release = join(slipway.directory, "release");
    const script = `printf 'Continue? '; until [ -e ${release} ]; do sleep 0.1; done; echo yes`;

    const started = slipway.start(sh(script));
    await started.saying(/Continue\? /);
    await writeFile(release, "");

    expect(await started.ended).toMatchObject({ exitCode: 0, stdout: "Continue? yes\n" });
  });

  test("masks a secret that is written in two parts, with a pause between them", async () => {
    const script = `printf "a \${API_TOKEN%-*}"; sleep 0.5; printf "%s b" "-\${API_TOKEN#*-}"`;

    const called = await slipway.call([
      ...["run", "--env", "API_TOKEN=hunter2-hunter3"],
      ...sh(script).slice(1),
    ]);

    expect(called).toMatchObject({ exitCode: 0, stdout: "a [redacted] b" });
  });

  test("takes its request from stdin", async () => {
    const input = JSON.stringify({
      id: "from-stdin",
      infrastructure: { type: "process", command: ["sh", "-c", "echo $SLIPWAY_RUN_ID"] },
    });

    const called = await slipway.call(["run", "-"], { input });

    expect(called).toMatchObject({ exitCode: 0, stdout: "from-stdin\n", stderr: "" });
  });

  test("answers with the results that a queue would carry, one a line, where JSON is asked for", async () => {
    const { stdout, stderr, exitCode } = await slipway.call([
      "run",
      "--json",
      "--",
      "sh",
      "-c",
      "echo hi; exit 4",
    ]);

    const states = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).data.state);
    expect(states).toEqual(["submitted", "failed"]);
    expect(stderr).toContain("hi\n");
    expect(exitCode).toBe(4);
  });

  test("says on stderr why its run failed and what to do", async () => {
    const { stderr } = await slipway.call(sh("exit 3"));

    expect(stderr).toContain("failed with exit code 3");
    expect(stderr).toContain("Exit: ");
  });

  test("refuses a request that can never run before anything is sent", async () => {
    const input = "infrastructure: { type: process, comand: [x] }";

    const { exitCode, stderr } = await slipway.call(["run", "-"], { input });

    expect(exitCode).toBe(65);
    expect(stderr).toContain("infrastructure.comand: is not a known field; did you mean command?");
  });

  test("shows no secret of its run", async () => {
    const args = ["run", "--env", "API_TOKEN=hunter2hunter2", "--", "sh", "-c", "echo $API_TOKEN"];

    const { stdout, stderr } = await slipway.call(args);

    expect(stdout).toBe("[redacted]\n");
    expect(stderr).not.toContain("hunter2");
  });

  test("shows each line as soon as it is written", async () => {
    const go = join(slipway.directory, "go");
    const running = slipway.start(
      sh(`echo first; until [ -e ${go} ]; do sleep 0.05; done; echo second`),
    );

    await running.saying(/first\n/);
    const before = running.stdout();
    await writeFile(go, "");

    expect(before).toBe("first\n");
    expect(await running.ended).toMatchObject({ exitCode: 0, stdout: "first\nsecond\n" });
  });

  test("runs the requests of one file side by side and ends with the first failure's code", async () => {
    const input = [
      { id: "many-1", infrastructure: { type: "process", command: ["echo", "one"] } },
      { id: "many-2", infrastructure: { type: "process", command: ["sh", "-c", "exit 5"] } },
    ];

    const called = await slipway.call(["run", "-"], { input: JSON.stringify(input) });

    expect(called).toMatchObject({ exitCode: 5, stdout: "many-1 | one\n" });
  });

  test("never runs one id twice, and tells again how it ended", async () => {
    const traces = join(slipway.directory, "traces");
    const input = JSON.stringify({
      id: "only-once",
      infrastructure: { type: "process", command: ["sh", "-c", `echo run >> ${traces}; exit 7`] },
    });

    const first = await slipway.call(["run", "-"], { input });
    const second = await slipway.call(["run", "-"], { input });

    expect([first.exitCode, second.exitCode]).toEqual([7, 7]);
    expect(await readFile(traces, "utf8")).toBe("run\n");
  });

  test("refuses another request under an id that is taken", async () => {
    const request = (text: string) =>
      JSON.stringify({ id: "taken", infrastructure: { type: "process", command: ["echo", text] } });

    await slipway.call(["run", "-"], { input: request("one") });
    const { exitCode, stdout, stderr } = await slipway.call(["run", "-"], {
      input: request("two"),
    });

    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: "" });
    expect(stderr).toContain("Conflict");
  });

  test("says at once that an engine does not answer", async () => {
    const { exitCode, stderr } = await slipway.call(["run", "--image", "busybox", "--", "true"]);

    expect(exitCode).toBe(69);
    expect(stderr).toContain("Could not connect to Docker at unix://");
  });
});

test("a process run and the help load no engine's code but that of processes", async () => {
  const list = join(slipway.directory, "loaded");
  const hook = `import { registerHooks } from "node:module"; import { appendFileSync } from "node:fs";
    registerHooks({ load: (url, context, next) => { appendFileSync(${JSON.stringify(list)}, url + "\\n"); return next(url, context); } });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };

  await slipway.call(["--help"], { env });
  const helped = await readFile(list, "utf8");
  await slipway.call(sh("true"), { env });
  const ran = await readFile(list, "utf8");

  expect(helped).toMatch(/cli\/commands\/run\.ts/);
  expect(helped).not.toMatch(/lib\/(backends|queues|usecases|local|config)\/|\/zod\/|client-sqs/);
  expect(ran).toMatch(/backends\/process\/backend\.ts/);
  expect(ran).not.toMatch(/backends\/(kubernetes|docker)\/backend\.ts|client-node|\/ssh2\//);
});

describe("Ctrl-C", () => {
  const POLITE = "trap 'echo bye; exit 0' TERM; echo ready; while :; do :; done";
  const STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

  test.each(["SIGINT", "SIGTERM"] as const)(
    "once (%s) cancels the run and waits for its end",
    async (signal) => {
      const running = slipway.start(sh(POLITE));

      await running.saying(/ready\n/);
      running.kill(signal);
      const called = await running.ended;

      expect(called).toMatchObject({ exitCode: 130, stdout: "ready\nbye\n" });
      expect(called.stderr).toContain("cancelled");
    },
  );

  test("twice leaves the run to itself and says how to find it", async () => {
    const args = ["run", "-", "--set", "id=stubborn"];
    const infrastructure = { type: "process", command: ["sh", "-c", STUBBORN] };
    const running = slipway.start(args, { input: JSON.stringify({ infrastructure }) });

    await running.saying(/ready\n/);
    running.kill("SIGINT");
    await running.saying(/Cancelling/);
    running.kill("SIGINT");
    const { exitCode, stderr } = await running.ended;
    const { stdout } = await slipway.call(["status", "stubborn", "--json"]);
    await slipway.call(["cancel", "stubborn", "--grace", "0"]);

    expect(exitCode).toBe(75);
    expect(stderr).toContain("slipway status stubborn");
    expect(JSON.parse(stdout)).toMatchObject({ id: "stubborn", state: "running" });
  });
});
