import { afterEach, beforeEach, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

await describeWithEngine("docker", "an engine that dies", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  beforeEach(async () => {
    engine = await startPrivateEngine({ flags: ["--live-restore"] });
    stage = createStage(engine.socket, locally(engine));
  });
  afterEach(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  test("makes nobody fail while it is away, and tells afterwards what ended meanwhile", async () => {
    const [short, long] = [stage.run("sleep 2; exit 3"), stage.run("sleep 6; exit 4")];
    await stage.submit(short);
    await stage.submit(long);
    await engine.kill();

    const listing = stage.listed(long);
    const submission = stage.submit(stage.run("true"));

    const away = {
      retryable: true,
      message: expect.stringContaining("Could not connect to Docker at"),
    };
    await expect(listing).rejects.toMatchObject(away);
    await expect(submission).rejects.toMatchObject(away);
    await engine.start("--live-restore");
    expect(await stage.untilEnded(short)).toMatchObject({ statusCode: 3, attempts: 1 });
    expect(await stage.untilEnded(long)).toMatchObject({ statusCode: 4, attempts: 1 });
  });

  test("loses nothing that was settled, stopped or claimed", async () => {
    const [done, fenced] = [stage.run("exit 5"), stage.run("true")];
    await stage.submit(done);
    await stage.settle(await stage.untilEnded(done));
    const order = { graceSeconds: 0, reason: "Cancelled", message: "no more" } as const;
    await stage.backend.cancel(fenced.key, order, stage.signal());
    await engine.kill();
    await engine.start("--live-restore");

    expect(await stage.submit(done)).toMatchObject({ outcome: "adopted", run: { settled: true } });
    expect(await stage.submit(fenced)).toMatchObject({ outcome: "fenced" });
    expect(await stage.untilEnded(fenced)).toMatchObject({ outcome: "cancelled" });
  });

  test("without live-restore takes what runs down with its restart, and is blamed for it", async () => {
    const what = stage.run("trap '' TERM; while :; do sleep 0.2; done");
    await stage.submit(what);
    await stage.untilRunning(what);
    await engine.kill();
    await engine.start();

    expect(await stage.untilEnded(what)).toMatchObject({
      outcome: "crashed",
      statusCode: 137,
      cause: { code: "EngineLost", blame: "platform", retryable: true },
    });
  });

  test("with its machine takes everything down, and is blamed for it", async () => {
    const running = stage.run("sleep 600");
    await stage.submit(running);
    await stage.untilRunning(running);
    await engine.crashMachine();
    await engine.start();

    expect(await stage.untilEnded(running)).toMatchObject({
      outcome: "crashed",
      statusCode: 255,
      cause: { code: "EngineLost" },
    });
  });
});
