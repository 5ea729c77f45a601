import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ended } from "../../../lib/runs/observation.ts";
import { collect } from "../../contract/arena.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivatePodman, startPrivatePodman } from "./support/private-podman.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

/** What Podman does in a way of its own. One after another: pruning and restarts reach every run. */
await describeWithEngine("podman", "Podman", () => {
  let engine: PrivatePodman;
  let stage: Stage;
  beforeAll(async () => {
    engine = await startPrivatePodman();
    stage = createStage(engine.socket, locally(engine));
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  const outputOf = async (end: Ended, tailBytes?: number) => {
    const options = { signal: stage.signal(), ...(tailBytes !== undefined && { tailBytes }) };
    return String(await collect(stage.backend.output(end.run, options)));
  };

  /** Everything that its program prunes; what it takes is counted, so that a prune that takes nothing is noticed. */
  const prune = () => {
    engine.program("volume", "create", "somebodys");
    for (const what of ["container", "pod", "volume", "network"])
      engine.program(what, "prune", "--force");
    engine.program("system", "prune", "--force", "--volumes");
    expect(engine.program("volume", "ls", "--quiet")).toBe("");
    expect(engine.program("ps", "--all", "--quiet")).toBe("");
  };

  test("is named with its exceptions to whoever checks the configuration", async () => {
    const { version, problems, notes } = await stage.backend.check(stage.target, stage.signal());

    expect(version).toMatch(/^Podman [\d.]+ \(API [\d.]+\)$/);
    expect(problems).toEqual([]);
    expect(notes.join("\n")).toMatch(/pods.*prune.*OOMKilled.*host\.containers\.internal/s);
  });

  test("keeps every promise when everything prunable is pruned", async () => {
    const [settled, ended] = [stage.run("exit 4"), stage.run("exit 5")];
    await stage.submit(settled);
    await stage.settle(await stage.untilEnded(settled));
    await stage.submit(ended);
    await stage.untilEnded(ended);

    prune();

    expect(await stage.submit(settled)).toMatchObject({
      outcome: "adopted",
      run: { settled: true },
    });
    expect(await stage.submit(ended)).toMatchObject({ outcome: "adopted" });
    const end = await stage.untilEnded(ended);
    expect(end).toMatchObject({ outcome: "crashed", cause: { code: "Removed" } });
    await stage.settle(end);
    expect(engine.program("ps", "--all", "--quiet")).toBe("");
  });

  test("never starts a run again that went down with its machine", async () => {
    const what = stage.run("echo begun; sleep 600");
    await stage.submit(what);
    await stage.untilRunning(what);

    await engine.crashMachine();
    await engine.start();

    const impatient = stage.another({ launcherTimeoutMs: 1 });
    const end = await stage.untilEnded(what, impatient);
    expect(end).toMatchObject({
      outcome: "crashed",
      statusCode: -1,
      attempts: 1,
      cause: { code: "EngineLost" },
    });
    expect(await stage.submit(what)).toMatchObject({ outcome: "adopted" });
    expect(await outputOf(end)).toBe("begun\n");
    await stage.settle(end);
    await impatient.close();
  });

  test("lets runs be when its service is killed", async () => {
    const what = stage.run("sleep 3; exit 9");
    await stage.submit(what);
    await stage.untilRunning(what);

    await engine.kill();
    await engine.start();

    expect(await stage.untilEnded(what)).toMatchObject({ outcome: "failed", statusCode: 9 });
  });

  test.for<[string, Record<string, unknown>, RegExp]>([
    ["is missing", { command: ["nosuchcommand"] }, /nosuchcommand/],
    ["is no program", { command: ["/etc/passwd"] }, /permission denied/],
    ["wants a user that is missing", { user: "nobody-here" }, /nobody-here/],
  ])("tells its reason at once where what it should start %s", async ([, fields, reason]) => {
    const what = stage.run("true", fields);

    await stage.submit(what);

    expect(await stage.listed(what)).toMatchObject({
      state: "ended",
      outcome: "crashed",
      statusCode: -1,
      attempts: 0,
      cause: { code: "ConfigError", message: expect.stringMatching(reason) },
    });
  });

  test.for<[string, Record<string, unknown>]>([
    ["network", { network_mode: "nowhere" }],
    ["device", { devices: ["/dev/nope"] }],
  ])("refuses a run for good whose %s is missing", async ([, fields]) => {
    await expect(stage.submit(stage.run("true", fields))).rejects.toMatchObject({
      code: "ConfigError",
      retryable: false,
    });
  });

  test("says of a run that was killed for its memory that this may be why", async () => {
    const end = await stage.ended("exec tail /dev/zero", {
      mem_limit: "20m",
      memswap_limit: "20m",
    });

    expect(end).toMatchObject({ outcome: "failed", statusCode: 137 });
    expect([
      ["Signal", expect.stringContaining("its memory use (Podman does not always tell)")],
      ["OOMKilled", expect.anything()], // on control groups v2
    ]).toContainEqual([end.cause?.code, end.cause?.hint]);
  });

  test("cancels a paused run", async () => {
    const what = stage.run("sleep 600", { init: true });
    const { run } = await stage.submit(what);
    await stage.untilRunning(what);
    await stage.raw("POST", `/containers/${run.uid}/pause`);

    const order = { graceSeconds: 1, reason: "Cancelled", message: "no more" } as const;
    await stage.backend.cancel(what.key, order, stage.signal());

    expect(await stage.untilEnded(what)).toMatchObject({ outcome: "cancelled" });
  });

  test("gives the end of an output without a newline, and of a long line, whole", async () => {
    const line = "head -c 40000 /dev/zero | tr '\\0' x; printf END";
    const end = await stage.ended(`seq 1 500; ${line}`);

    expect(await outputOf(end, 10)).toBe("xxxxxxxEND");
    expect(await outputOf(end, 40_010)).toMatch(/\n500\nx{40000}END$/);
  });

  test("says that an output cannot be read that no driver keeps", async () => {
    const end = await stage.ended("echo lost", {
      create_options: { HostConfig: { LogConfig: { Type: "none" } } },
    });

    await expect(outputOf(end)).rejects.toMatchObject({ code: "ConfigError" });
  });

  test("is Conflict's where a stranger holds the name", async () => {
    const what = stage.run("true");
    const name = stage.nameOf(what);
    await stage.raw("POST", `/containers/create?name=${name}`, { Image: "localhost/busybox:1" });

    await expect(stage.submit(what)).rejects.toMatchObject({ code: "Conflict", retryable: false });
  });

  test("brings news of a tombstone while its runs are followed", async () => {
    const what = stage.run("true");
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, stage.signal()]);
    const following = stage.backend.open(stage.target, { signal, follow: true });
    const order = { graceSeconds: 1, reason: "Cancelled", message: "no more" } as const;

    const begun = stage.backend.cancel(what.key, order, stage.signal());
    let seen: string | undefined;
    for await (const one of following) {
      if (one.run.key.id !== what.key.id || one.state !== "ended") continue;
      seen = one.outcome;
      enough.abort();
    }

    expect(await begun).toMatchObject({ outcome: "fenced" });
    expect(seen).toBe("cancelled");
  });
});
