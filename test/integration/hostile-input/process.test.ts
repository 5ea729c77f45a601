import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { anId } from "../../support/builders.ts";
import { aRecord } from "../../support/records.ts";
import { isFitForSqs } from "../../support/sqs-text.ts";
import { CANARY, describeBadInputs, request } from "./support/bad-inputs.ts";
import { createHostileBench } from "./support/hostile-bench.ts";

const aProcess = (fields: Record<string, unknown>) =>
  request({ type: "process", command: ["true"], ...fields });

describeBadInputs("a hostile process", {}, [
  {
    name: "no command",
    sent: aProcess({ command: [] }),
    path: "infrastructure.command",
    message: /Process cannot be run with empty command\./,
  },
  {
    name: "an empty program",
    sent: aProcess({ command: ["", CANARY] }),
    path: "infrastructure.command[0]",
    message: /names no program/,
  },
  {
    name: "a NUL in an argument",
    sent: aProcess({ command: ["true", "a\0b"] }),
    path: "infrastructure.command[1]",
    message: /without a NUL character/,
  },
  {
    name: "a NUL in a variable",
    sent: aProcess({ env: { A: `${CANARY}\0` } }),
    path: "infrastructure.env.A",
    message: /without a NUL character, got a value of type string/,
  },
]);

describeBadInputs(
  "a process that the profile baseline forbids",
  { policy: { profile: "baseline" } },
  [
    ...["NODE_OPTIONS", "LD_PRELOAD", "PATH", "AWS_SECRET_ACCESS_KEY"].map((name) => ({
      name: `79: ${name}`,
      sent: aProcess({ env: { [name]: CANARY } }),
      code: "Denied",
      path: `infrastructure.env.${name}`,
      message: new RegExp(`rule env-names .*got "${name}"`),
    })),
  ],
);

/** Runs one command through both handlers. */
async function resultOf(command: readonly string[], fields: Record<string, unknown> = {}) {
  await using bench = await createHostileBench();
  const id = anId();
  await bench.send([aRecord(JSON.stringify(request({ type: "process", command, ...fields }, id)))]);
  const result = await bench.untilEnded(id);
  return { result, tail: result.data.logs?.tail ?? "", logged: bench.logged };
}

const shell = (script: string, fields = {}) => resultOf(["sh", "-c", script], fields);

test("80: no shell reads the arguments of a command", async () => {
  const { tail } = await resultOf(["echo", "a; $(id) `id` > /tmp/x && *"]);

  expect(tail).toBe("a; $(id) `id` > /tmp/x && *\n");
});

test("81: a run that puts a link in its directory's place takes nothing else with it", async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), "slipway-elsewhere-"));
  await writeFile(join(elsewhere, "kept"), "");

  const { result } = await shell(`d=$PWD; cd / && rm -rf "$d" && ln -s ${elsewhere} "$d"`);

  expect(result.data.state).toBe("completed");
  expect(await readdir(elsewhere)).toEqual(["kept"]);
  await rm(elsewhere, { recursive: true });
});

test("82, 88: what a command leaves running in the background does not hold up its end", async () => {
  const { result } = await shell("(setsid sleep 30 &) ; sleep 30 & echo done; exit 0");

  expect(result.data).toMatchObject({ state: "completed", status_code: 0 });
});

describe("83: output of any bytes", () => {
  test.each([
    ["what SQS refuses", String.raw`a\357\277\277b`, "a\uFFFDb"],
    ["half a character", String.raw`a\355\240\200b`, "a\uFFFD\uFFFD\uFFFDb"],
    ["NUL", String.raw`a\000b`, "a\uFFFDb"],
    ["colours and titles", String.raw`\033[31ma\033]0;title\007b\033[0m`, "ab"],
    ["a forged line of the log", String.raw`a\n{"level":"ERROR"}\n`, 'a\n{"level":"ERROR"}\n'],
  ])("%s", async (_what, text, expected) => {
    const { tail, result, logged } = await resultOf(["printf", text]);

    expect(tail).toBe(expected);
    expect(isFitForSqs(JSON.stringify(result))).toBe(true);
    expect(logged.some((line) => line.startsWith("{"))).toBe(false);
  });
});

test("84: a line of a gigabyte is shown by its end", async () => {
  const { tail, result } = await shell("head -c 1000000000 /dev/zero | tr '\\0' x; echo end");

  expect(tail).toHaveLength(16_384);
  expect(tail).toMatch(/^x+end\n$/);
  expect(result.data.logs?.truncated).toBe(true);
});

test("85: a secret that a command prints is masked, in colours and over the cut, too", async () => {
  const env = { API_TOKEN: CANARY, DATABASE: `postgres://u:${CANARY}@db` };
  const script = `echo "$API_TOKEN"; echo "$DATABASE"; printf '%s\\033[1m%s\\n' ${CANARY.slice(0, 5)} "${CANARY.slice(5)}"`;

  const { tail, result, logged } = await shell(script, { env });

  expect(tail).toBe("[redacted]\npostgres://u:[redacted]@db\n[redacted]\n");
  expect(JSON.stringify(result) + logged.join()).not.toContain(CANARY);
});

describe("87: an exit code says what the command said, and nothing of the engine", () => {
  test.each([255, 137, 143, 126])("%i", async (code) => {
    const { result } = await shell(`exit ${code}`);

    expect(result.data).toMatchObject({
      state: "failed",
      status_code: code,
      cause: { code: "Exit", blame: "workload" },
    });
  });
});
