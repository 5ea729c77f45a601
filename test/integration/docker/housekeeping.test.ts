import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DockerContainerSpec } from "../../../lib/runs/infrastructure.ts";
import type { Run } from "../../../lib/runs/run.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { pruneEverything } from "./support/prune.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

/** What people do to an engine that runs are on. One after another: pruning and sweeping reach every run. */
await describeWithEngine("docker", "an engine that others tidy up", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  beforeAll(async () => {
    engine = await startPrivateEngine();
    stage = createStage(engine.socket, locally(engine));
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  const CANCEL = { graceSeconds: 10, reason: "Cancelled", message: "no more" } as const;
  const startedAt = async (uid: string) =>
    (await stage.raw("GET", `/containers/${uid}/json`)).body.State?.StartedAt;
  const volumes = async () =>
    ((await stage.raw("GET", "/volumes")).body.Volumes ?? []).map(
      (one: { Name: string }) => one.Name,
    );

  test("tells of a run whose container was pruned before its result was out, and never runs it again", async () => {
    const what = stage.run("exit 0");
    const { run } = await stage.submit(what);
    await stage.untilEnded(what);

    await pruneEverything(engine.socket);
    const redelivery = await stage.submit(what);

    expect(redelivery).toMatchObject({ outcome: "adopted", run: { uid: run.uid } });
    const end = await stage.untilEnded(what);
    expect(end).toMatchObject({
      outcome: "crashed",
      cause: { code: "Removed" },
      run: { uid: run.uid },
    });
    await stage.settle(end);
    expect(await stage.submit(what)).toMatchObject({ outcome: "adopted", run: { settled: true } });
    expect((await stage.raw("GET", "/containers/json?all=1")).body).toEqual([]);
  });

  test("keeps a settled run settled when everything prunable is pruned", async () => {
    const what = stage.run("exit 4");
    await stage.submit(what);
    await stage.settle(await stage.untilEnded(what));

    await pruneEverything(engine.socket);

    expect(await stage.submit(what)).toMatchObject({ outcome: "adopted", run: { settled: true } });
    expect(await stage.backend.find(stage.target, what.key.id, stage.signal())).toMatchObject({
      state: "ended",
      statusCode: 4,
      run: { settled: true },
    });
  });

  test("judges a container that was started again by hand by its new end, until that is published", async () => {
    const what = stage.run("test -e /again && exit 9; touch /again");
    const { run } = await stage.submit(what);
    const first = await stage.untilEnded(what);

    await stage.raw("POST", `/containers/${run.uid}/start`);

    const again = await stage.until("it ended again", async () => {
      const seen = await stage.listed(what);
      return seen?.state === "ended" && seen.statusCode === 9 ? seen : undefined;
    });
    expect(first.statusCode).toBe(0);
    await stage.settle(again);
    await stage.raw("POST", `/containers/${run.uid}/start`);
    expect(await stage.listed(what)).toBeUndefined();
  });

  test("lets a settled container be that somebody has started again, until it ends", async () => {
    const what = stage.run("test -e /again && sleep 600; touch /again");
    const { run } = await stage.submit(what);
    await stage.settle(await stage.untilEnded(what));
    await stage.raw("POST", `/containers/${run.uid}/start`);
    const sweeper = stage.another({ retentionSeconds: 0 });
    const sweep = () => sweeper.sweep(stage.target, stage.signal());
    await pause(1_100); // a mark's time is in whole seconds

    await sweep();
    const during = await startedAt(run.uid);
    await stage.raw("POST", `/containers/${run.uid}/kill`);
    await stage.until("it is swept", async () => {
      await sweep();
      return (await startedAt(run.uid)) === undefined;
    });

    expect(during).toBeDefined();
    expect((await volumes()).filter((name: string) => name.startsWith(stage.nameOf(what)))).toEqual(
      [],
    );
    await sweeper.close();
  });

  test("sees the container of a run with auto_remove gone once its result is out, and its end kept", async () => {
    const what = stage.run("exit 6", { auto_remove: true });
    const { run } = await stage.submit(what);
    const end = await stage.untilEnded(what);
    const before = await startedAt(run.uid);

    await stage.settle(end);

    expect(before).toBeDefined();
    expect(await startedAt(run.uid)).toBeUndefined();
    expect(await stage.listed(what)).toBeUndefined();
    expect(await stage.submit(what)).toMatchObject({ outcome: "adopted", run: { settled: true } });
    const other = { ...what, digest: "another" };
    await expect(stage.submit(other)).rejects.toMatchObject({ code: "Conflict" });
    expect(await stage.backend.find(stage.target, what.key.id, stage.signal())).toMatchObject({
      statusCode: 6,
      startedAt: end.startedAt,
      run: { uid: run.uid, settled: true },
    });
  });

  test("is swept of what is ours and has had its time, with its anonymous volumes, and of nothing else", async () => {
    await stage.raw("POST", "/volumes/create", { Name: "somebodys-data" });
    await stage.raw("POST", "/containers/create?name=somebodys", { Image: "localhost/busybox:1" });
    const what = stage.run("true", { create_options: { Volumes: { "/scratch": {} } } });
    await stage.submit(what);
    await stage.settle(await stage.untilEnded(what));
    const sweeper = stage.another({ retentionSeconds: 0 });
    await pause(1_100); // a mark's time is in whole seconds

    await sweeper.sweep(stage.target, stage.signal());

    expect(await volumes()).toEqual(["somebodys-data"]);
    const { body } = await stage.raw("GET", "/containers/json?all=1");
    expect(body.map((one: { Names: string[] }) => one.Names[0])).toEqual(["/somebodys"]);
    await stage.raw("DELETE", "/containers/somebodys");
    await sweeper.close();
  });

  test("shows a run that was never started as never started once nobody is left to start it", async () => {
    const what = stage.run("true");
    const impatient = stage.another({ launcherTimeoutMs: 1 });
    const container = await leaveCreated(what, ["true"]);
    for (const mark of ["open", "late"]) await setMark(what, mark, { container });

    const end = await stage.untilEnded(what, impatient);

    expect(end).toMatchObject({ outcome: "crashed", attempts: 0, cause: { code: "NeverStarted" } });
    expect(await stage.submit(what)).toMatchObject({ outcome: "fenced" });
    await stage.settle(end);
    await impatient.close();
  });

  test("lets one of many watchers start what a dead launcher left, once", async () => {
    const what = stage.run("exit 0");
    const uid = await leaveCreated(what, ["sh", "-c", "echo started >> /truth/late-starts"]);
    const watchers = Array.from({ length: 6 }, () => stage.another({ launcherTimeoutMs: 1 }));

    await stage.until("it has ended", async () => {
      const seen = await Promise.all(watchers.map((watcher) => stage.listed(what, watcher)));
      return seen.some((one) => one?.state === "ended");
    });

    const end = await stage.untilEnded(what);
    expect(end).toMatchObject({ outcome: "completed", run: { uid } });
    const truth = await readFile(`${engine.folder}/late-starts`, "utf8");
    expect(truth).toBe("started\n");
    await stage.settle(end);
    await Promise.all(watchers.map((watcher) => watcher.close()));
  });

  test("carries out an order to stop that was lost with whoever gave it", async () => {
    const what = stage.run("sleep 600", { init: true });
    const { run } = await stage.submit(what);
    await stage.untilRunning(what);
    const order = { reason: "Cancelled", message: "lost", grace: "0" };
    await setMark(what, "stop", { ...order, container: run.uid });

    const end = await stage.untilEnded(what);

    expect(end).toMatchObject({ outcome: "cancelled", cause: { message: "lost" } });
    await stage.settle(end);
  });

  test("lets a run be that a fence came too late for, and cancels it all the same", async () => {
    const what = stage.run("sleep 600", { init: true });
    await stage.submit(what);
    await stage.untilRunning(what);
    await setMark(what, "stop", { reason: "SubmissionFailed", message: "gave up", grace: "0" });

    const before = await stage.listed(what);
    const { outcome } = await stage.backend.cancel(what.key, CANCEL, stage.signal());

    expect([before?.state, outcome]).toEqual(["running", "stopping"]);
    const end = await stage.untilEnded(what);
    expect(end).toMatchObject({ outcome: "cancelled", cause: { message: "no more" } });
    await stage.settle(end);
  });

  test("cancels a paused run", async () => {
    const what = stage.run("sleep 600");
    const { run } = await stage.submit(what);
    await stage.untilRunning(what);
    await stage.raw("POST", `/containers/${run.uid}/pause`);

    await stage.backend.cancel(what.key, { ...CANCEL, graceSeconds: 1 }, stage.signal());

    const end = await stage.untilEnded(what);
    expect(end).toMatchObject({ outcome: "cancelled" });
    await stage.settle(end);
  });

  test("shows both runs of one id under two names, and stops the later as its twin", async () => {
    const first = stage.run("sleep 600", { name: "one", init: true });
    const second = {
      ...first,
      key: { ...first.key, name: "two" },
      spec: { ...first.spec, name: "two" },
    };
    await stage.submit(first);
    await stage.submit(second);
    await stage.untilRunning(first);

    const conflict = { ...CANCEL, reason: "Conflict" } as const;
    await stage.backend.cancel(second.key, conflict, stage.signal());

    const states = await stage.until("the twin has ended", async () => {
      const seen: Record<string, string> = {};
      for await (const one of stage.backend.open(stage.target, { signal: stage.signal() }))
        seen[one.run.key.name ?? ""] = one.state === "ended" ? one.outcome : one.state;
      return seen.two === "rejected" && seen;
    });
    expect(states).toMatchObject({ one: "running", two: "rejected" });
    await stage.backend.cancel(first.key, { ...CANCEL, graceSeconds: 0 }, stage.signal());
  });

  const labelsOf = ({ key, digest }: Run) => ({
    "dev.slipway.run": key.hash,
    "dev.slipway.id": key.id,
    "dev.slipway.digest": digest,
  });

  /** What a launcher that died after its first call leaves; gives the container's id. */
  async function leaveCreated(what: Run<DockerContainerSpec>, Cmd: string[]): Promise<string> {
    const body = {
      Image: "localhost/busybox:1",
      Cmd,
      Labels: labelsOf(what),
      HostConfig: { NetworkMode: "none", Binds: [`${engine.folder}:/truth`] },
    };
    const made = await stage.raw("POST", `/containers/create?name=${stage.nameOf(what)}`, body);
    return made.body.Id;
  }

  async function setMark(
    what: Run<DockerContainerSpec>,
    mark: string,
    says: Record<string, string>,
  ): Promise<void> {
    const ours = Object.entries(says).map(([key, value]) => [`dev.slipway.${key}`, value]);
    await stage.raw("POST", "/volumes/create", {
      Name: `${stage.nameOf(what)}.${mark}`,
      Labels: { ...labelsOf(what), "dev.slipway.open": "true", ...Object.fromEntries(ours) },
    });
  }
});
