import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellText } from "../../../../lib/backends/process/preview.ts";

const runInShell = (text: string, env: NodeJS.ProcessEnv = {}) =>
  execFileSync("/bin/sh", ["-c", text], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });

test("shows one variable a line, then the command", () => {
  const text = shellText({
    command: ["python", "-m", "prefect.engine", "it's $HOME; `date`"],
    env: { PREFECT_API_URL: "http://x/api", GREETING: "hello world" },
    unset: [],
  });

  expect(text).toBe(
    [
      "PREFECT_API_URL=http://x/api \\",
      "GREETING='hello world' \\",
      `python -m prefect.engine 'it'"'"'s $HOME; \`date\`'`,
    ].join("\n"),
  );
});

test("masks secrets where they are set and where the command repeats them", () => {
  const text = shellText({
    command: ["login", "--password=hunter22"],
    env: { DB_PASSWORD: "hunter22", URL: "http://u:hunter22@x" },
    unset: [],
  });

  expect(text).not.toContain("hunter22");
  expect(text).toContain("DB_PASSWORD='[redacted]'");
});

test("takes variables away and sets those whose names are none for a shell", () => {
  const text = shellText({ command: ["env"], env: { "a.b-c": "x y" }, unset: ["GONE"] });

  const lines = runInShell(text, { GONE: "here" }).split("\n");

  expect(lines).toContain("a.b-c=x y");
  expect(lines.join()).not.toContain("GONE");
});

test("runs in a shell as it stands, whatever the words", () => {
  const word = fc
    .string({ unit: "grapheme", maxLength: 12 })
    .filter((text) => !text.includes("\0"));

  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (words, value) => {
      const text = shellText({
        command: ["printf", "%s\\n", value, ...words],
        env: { VALUE: value },
        unset: [],
      });

      expect(runInShell(text)).toBe(`${[value, ...words].join("\n")}\n`);
    }),
    { numRuns: 50 },
  );
});
