import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { aSlipway, PATIENT, type Slipway } from "../../support/slipway.ts";
import { sharedEngine } from "./support/shared-engine.ts";

vi.setConfig(PATIENT);

await describeWithEngine("docker", "slipway run with a container", () => {
  let slipway: Slipway;
  beforeAll(async () => {
    slipway = await aSlipway();
  });
  afterAll(() => slipway[Symbol.asyncDispose]());

  const run = (script: string, ...more: string[]) =>
    slipway.call(
      [
        ...["run", "--image", "localhost/busybox:1", ...more],
        ...["--set", "infrastructure.image_pull_policy=NEVER", "--", "sh", "-c", script],
      ],
      { env: sharedEngine().way.env ?? {} },
    );

  test("gives the bytes of each of its streams on the same stream of its own", async () => {
    const { exitCode, stdout, stderr } = await run("printf 'out\\r\\n'; printf 'err %s' x >&2");

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "out\r\n" });
    expect(stderr).toMatch(/^err x$/m);
  });

  test("gives everything on stdout where it has a terminal, which does not tell them apart", async () => {
    const tty = ["--set", "infrastructure.create_options.Tty=true"];

    const { stdout } = await run("echo out; echo err >&2", ...tty);

    expect(stdout).toBe("out\r\nerr\r\n");
  });

  test("keeps stdout for results where JSON is asked for", async () => {
    const { stdout, stderr } = await run("echo out; echo err >&2", "--json");

    expect(stdout).not.toMatch(/^(out|err)$/m);
    expect(stderr).toMatch(/^out$/m);
    expect(stderr).toMatch(/^err$/m);
  });
});
