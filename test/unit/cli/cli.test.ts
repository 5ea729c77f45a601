import { describe, expect, test } from "vitest";
import { runCli } from "../../../lib/cli/cli.ts";
import { aTerminal } from "../../support/captured-terminal.ts";

const call = async (args: string[], input = "") => {
  const terminal = aTerminal({ input });
  const exitCode = await runCli(args, "1.2.3", terminal);
  return { exitCode, out: terminal.out(), err: terminal.err() };
};

describe("a command line that is wrong", () => {
  test.each([
    [["nonsense"], 64, "nonsense"],
    [["prevew"], 64, "Did you mean preview?"],
    [["preview", "--nonsense"], 64, "nonsense"],
    [["preview"], 64, "there is nothing to run"],
    [["preview", "--type", "podman", "--", "true"], 64, "podman"],
    [["preview", "no-such-file.yaml"], 66, "there is no such file"],
  ])("%j ends with %i and says why", async (args, exitCode, why) => {
    const called = await call(args);

    expect(called).toMatchObject({ exitCode, out: "" });
    expect(called.err).toContain(why);
  });

  test("has no stack unless it is asked for", async () => {
    const plain = await call(["preview", "none.yaml"]);
    const debugged = await call(["preview", "none.yaml", "--debug"]);

    expect(plain.err).not.toContain("    at ");
    expect(debugged.err).toContain("    at ");
  });

  test("is answered in JSON where JSON was asked for", async () => {
    const { out } = await call(["preview", "none.yaml", "--json"]);

    expect(JSON.parse(out)).toMatchObject({
      error: { exitCode: 66, lines: ["none.yaml: there is no such file"] },
    });
  });
});

test("a request with problems is refused with all of them", async () => {
  const request = "id: a\ninfrastructure: { type: process, comand: [x], timeout_seconds: -1 }";

  const { exitCode, err } = await call(["preview", "-"], request);

  expect(exitCode).toBe(65);
  expect(err).toContain("infrastructure.comand: is not a known field; did you mean command?");
  expect(err).toContain("infrastructure.timeout_seconds");
});
