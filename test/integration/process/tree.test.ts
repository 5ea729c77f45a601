import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { identify, standingOf } from "../../../lib/backends/process/process-identity.ts";
import { CANCEL, collect } from "../../contract/arena.ts";
import { useProcesses } from "./support/arena.ts";
import { createProcessSubject } from "./support/process-subject.ts";

const { processes, launcher, run, submit, untilEnded, untilState, until, launcherIn, deadline } =
  useProcesses();

/** Leaves its number in a file, whatever it becomes. */
const noting = (name: string) =>
  `sh -c 'echo $$ > ${join(processes().root, name)}; trap "" TERM HUP; while :; do sleep 0.1; done'`;

const noted = (name: string) =>
  until(`${name} has noted its number`, async () => {
    const text = await readFile(join(processes().root, name), "utf8").catch(() => "");
    return text.endsWith("\n") ? identify(Number(text)) : undefined;
  });

const SHAPES = [
  ["a child", (name: string) => `${noting(name)} &`],
  [
    "a grandchild",
    (name: string) =>
      `sh -c "${noting(name).replaceAll("$", "\\$").replaceAll('"', '\\"')} & exit 0" &`,
  ],
  ["a child in a session of its own", (name: string) => `setsid ${noting(name)} &`],
  [
    "a daemon with its output closed",
    (name: string) => `setsid ${noting(name)} >/dev/null 2>&1 </dev/null &`,
  ],
] as const;

describe.each(SHAPES)("%s that a command started", (shape, make) => {
  test("ends with the command", async () => {
    const name = `end-${shape.replaceAll(" ", "-")}`;
    const wait = `while [ ! -s ${join(processes().root, name)} ]; do sleep 0.05; done`;
    const what = run(`${make(name)}\n${wait}\nexit 0`);
    await submit(launcher(), what);
    const member = await noted(name);

    const ended = await untilEnded(launcher(), what);

    expect(ended).toMatchObject({ outcome: "completed", statusCode: 0 });
    expect(standingOf(member)).toBe("gone");
  });

  test("ends with a cancel, though it ignores the polite signal", async () => {
    const name = `cancel-${shape.replaceAll(" ", "-")}`;
    const what = run(`${make(name)}\nsleep 600`);
    await submit(launcher(), what);
    const member = await noted(name);

    await launcher().cancel(what.key, { ...CANCEL, graceSeconds: 0 }, deadline());

    expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "cancelled" });
    expect(standingOf(member)).toBe("gone");
  });
});

test("what a cancelled command started has the whole grace, too", async () => {
  const slow = `sh -c 'trap "sleep 1; echo saved; exit" TERM; echo ready; while :; do sleep 0.1; done'`;
  const what = run(`${slow} & wait`);
  await submit(launcher(), what);
  const { run: seen } = await untilState(launcher(), what, "running");
  const output = async () => String(await collect(launcher().output(seen, { signal: deadline() })));
  await until("the handler is set", async () => (await output()).includes("ready"));

  await launcher().cancel(what.key, CANCEL, deadline());

  expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "cancelled" });
  expect(await output()).toContain("saved");
});

test("a later cancel can shorten the grace of an earlier one", async () => {
  const what = run("trap '' TERM; while :; do sleep 0.1; done");
  await submit(launcher(), what);
  await untilState(launcher(), what, "running");
  await launcher().cancel(what.key, { ...CANCEL, graceSeconds: 3_600 }, deadline());

  await launcher().cancel(what.key, { ...CANCEL, graceSeconds: 0, message: "now" }, deadline());

  expect(await untilEnded(launcher(), what)).toMatchObject({
    outcome: "cancelled",
    statusCode: -9,
    cause: { message: CANCEL.message },
  });
});

test("a run that another run submits lives on when that one ends", async () => {
  const mark = join(processes().root, "mark");
  const outer = run(`echo "$SLIPWAY_RUN_UID" > ${mark}; while [ -s ${mark} ]; do sleep 0.05; done`);
  await submit(launcher(), outer);
  const uid = await until("the outer run has told its uid", async () =>
    (await readFile(mark, "utf8").catch(() => "")).trim(),
  );
  const inner = run("sleep 2; exit 6");
  await submit(launcherIn({ ...process.env, SLIPWAY_RUN_UID: uid }), inner);

  await writeFile(mark, "");
  await untilEnded(launcher(), outer);

  expect(await untilEnded(launcher(), inner)).toMatchObject({ statusCode: 6 });
});

test("a run lives on when another Slipway on this machine ends an older one of the same id", async () => {
  const go = join(processes().root, "go");
  const others = await createProcessSubject();
  onTestFinished(others.dispose);
  const elsewhere = await others.createBackend();
  const older = run(`until [ -e ${go} ]; do sleep 0.05; done`, {}, "the-same-id");
  await submit(elsewhere, older);
  await untilState(elsewhere, older, "running");
  const ours = run("sleep 2; exit 6", {}, "the-same-id");
  await submit(launcher(), ours);
  await untilState(launcher(), ours, "running");

  await writeFile(go, "");
  await untilEnded(elsewhere, older);

  expect(await untilEnded(launcher(), ours)).toMatchObject({ statusCode: 6 });
});
