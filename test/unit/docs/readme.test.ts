import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../../lib/cli/commands.ts";
import { EXIT } from "../../../lib/cli/exit-codes.ts";
import { CauseCode } from "../../../lib/runs/cause.ts";
import { parseRequest } from "../../../lib/runs/request.ts";
import { State } from "../../../lib/runs/result.ts";
import { aTerminal } from "../../support/captured-terminal.ts";
import { readmeBlocks, readReadme } from "../../support/readme.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const readDocument = (path: string) => readFile(join(ROOT, path), "utf8");

describe("the README", () => {
  test.each([...State.options, ...CauseCode.options])("explains %s", async (word) => {
    expect(await readReadme()).toContain(`\`${word}\``);
  });

  test("shows a request that is accepted once its named parts are known", async () => {
    const [request] = (await readmeBlocks()).filter(({ language }) => language === "json");

    expect(parseRequest(request?.text ?? "")).toMatchObject({ action: "run" });
  });
});

describe("docs/cli.md", () => {
  const names = COMMANDS.map(
    (bind) => String(bind(aTerminal(), () => undefined).command).split(" ")[0],
  );

  test.each(names)("lists the command %s", async (name) => {
    expect(await readDocument("docs/cli.md")).toMatch(new RegExp(`^\\| \`${name}[ \`]`, "m"));
  });

  test.each(Object.entries(EXIT))("lists the exit code for %s", async (_what, code) => {
    expect(await readDocument("docs/cli.md")).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
  });
});

test.each(["README.md", "CONTRIBUTING.md", "docs/cli.md", "docs/reliability.md"])(
  "every link in %s leads somewhere",
  async (path) => {
    const links = [...(await readDocument(path)).matchAll(/\]\((?!https?:)([^)#]+)/g)];
    const targets = links.map(([, target = ""]) => join(dirname(path), target));

    expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  },
);
