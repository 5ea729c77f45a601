import { describe, expect, test } from "vitest";
import { runCli } from "../../../lib/cli/cli.ts";
import { aTerminal } from "../../support/captured-terminal.ts";

const preview = async (args: string[], input = "") => {
  const terminal = aTerminal({ input });
  const exitCode = await runCli(["preview", ...args], "1.2.3", terminal);
  return { exitCode, out: terminal.out(), err: terminal.err() };
};

describe("an option that may be repeated", () => {
  test.each([
    ["apart", ["--env", "A=1", "--env", "B=2", "--", "true"]],
    ["joined by =", ["--env=A=1", "--env=B=2", "--", "true"]],
    ["before and after others", ["--env", "A=1", "--name", "x", "--env", "B=2", "--", "true"]],
  ])("keeps every value: --env %s", async (_, args) => {
    const { exitCode, out } = await preview(args);

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^A=1 \\$/m);
    expect(out).toMatch(/^B=2 \\$/m);
  });

  test("keeps every value: --set, before the file and after it", async () => {
    const request = "id: a\ninfrastructure: { type: process, command: [true-or-not] }";

    const { exitCode, out } = await preview(
      ["--set", "infrastructure.env.A=1", "-", "--set", "infrastructure.env.B=2"],
      request,
    );

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^A=1 \\$/m);
    expect(out).toMatch(/^B=2 \\$/m);
  });

  test("applies --set in the order given, so that the last one wins at one place", async () => {
    const { out } = await preview([
      "--set",
      "infrastructure.env.A=1",
      "--set",
      "infrastructure.env.A=2",
      "--",
      "true",
    ]);

    expect(out).toMatch(/^A=2 \\$/m);
    expect(out).not.toContain("A=1");
  });

  test("leaves what follows -- to the command", async () => {
    const { out } = await preview(["--env", "A=1", "--", "job", "--env", "B=2", "--name", "x"]);

    expect(out).toMatch(/^A=1 \\$/m);
    expect(out).toContain("job --env B=2 --name x");
  });
});

describe("an option with one value", () => {
  test.each([
    [["--name", "a", "--name", "b", "--", "true"], "--name"],
    [["--image", "x:1", "--image", "x:2", "--", "true"], "--image"],
    [["--type", "process", "--type", "process", "--", "true"], "--type"],
    [["--config", "a.yml", "--config", "b.yml", "--", "true"], "--config"],
  ])("is refused where it is given twice: %j", async (args, option) => {
    const { exitCode, err, out } = await preview(args);

    expect({ exitCode, out }).toEqual({ exitCode: 64, out: "" });
    expect(err).toContain(`${option} is given twice`);
  });

  test("may stand before and after, once each, and a flag as often as one likes", async () => {
    const { exitCode } = await preview(["--json", "--name", "a", "--json", "--", "true"]);

    expect(exitCode).toBe(0);
  });
});
