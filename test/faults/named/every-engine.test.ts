import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unavailable } from "../../../lib/runs/launch-error.ts";
import { anId } from "../../support/builders.ts";
import { isReachable } from "../../support/engines.ts";
import { aRecord } from "../../support/records.ts";
import { dockerStage } from "../support/docker-stage.ts";
import { kubernetesStage } from "../support/kubernetes-stage.ts";
import { processStage } from "../support/process-stage.ts";
import type { Stage } from "../support/stage.ts";
import { type Bench, openBench } from "./support/bench.ts";

const STAGES = {
  process: async () => processStage(),
  docker: dockerStage,
  kubernetes: kubernetesStage,
} as const;

const engines = await Promise.all(
  (["process", "docker", "kubernetes"] as const).map(async (name) => ({
    name,
    isThere: name === "process" || (await isReachable(name)),
  })),
);

describe.each(engines.filter(({ isThere }) => isThere))("on $name", ({ name }) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await STAGES[name]();
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const told = ({ published }: Bench, id: string) =>
    published
      .filter(({ subject }) => subject === id)
      .map((result) => [result.data.state, result.id]);

  test("a message that is delivered twice at the same moment makes one run and one account of it", async () => {
    await using bench = await openBench(stage);
    const id = anId();
    const record = aRecord(JSON.stringify(bench.bodyOf({ id, exitCode: 3 })));

    await Promise.all([
      bench.deliverUntilTaken([record], bench.anew()),
      bench.deliverUntilTaken([{ ...record }], bench.anew()),
    ]);
    await bench.untilEnded(id);

    expect(await bench.starts(id)).toBe(1);
    expect(new Set(told(bench, id).map(String)).size).toBe(2); // submitted, failed: whatever came twice has one id
  });

  test("a result that is not taken keeps its run, and the next look tells it", async () => {
    let isDown = true;
    const refuses = () => (isDown ? unavailable("the results queue says 500") : undefined);
    await using bench = await openBench(stage, { refuses, retentionSeconds: 0 });
    const id = anId();
    isDown = false;
    await bench.deliver([aRecord(JSON.stringify(bench.bodyOf({ id, exitCode: 5 })))]);
    await bench.untilOver(id);

    isDown = true;
    await bench.until(
      "its end was seen",
      async () => (await bench.look()).targets[0]?.errors.length,
    );
    const kept = await bench.place.leftovers();
    isDown = false;
    const end = await bench.untilEnded(id);

    expect(kept.length).toBeGreaterThan(0);
    expect(end.data).toMatchObject({ state: "failed", status_code: 5 });
    await bench.until("nothing is left", async () => {
      await bench.look();
      return (await bench.place.leftovers()).length === 0;
    });
  });

  test("a watcher that dies between publishing and marking has its result told again as the same one", async () => {
    await using bench = await openBench(stage);
    const id = anId();
    await bench.deliver([aRecord(JSON.stringify(bench.bodyOf({ id, exitCode: 4 })))]);
    const dying = bench.anew((backend) => ({
      ...backend,
      settle: () => Promise.reject(unavailable("killed")),
    }));

    await bench.untilEnded(id, dying);
    await bench.until("it is settled", async () => {
      const { targets } = await bench.look();
      return targets[0]?.published === 1;
    });
    await bench.look();

    const ends = bench.endsOf(id);
    expect(ends.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ends.map((end) => end.id)).size).toBe(1);
    expect(new Set(ends.map(({ data }) => `${data.state} ${data.status_code}`))).toEqual(
      new Set(["failed 4"]),
    );
  });

  test("watchers that look at the same moment tell the same result and disturb each other in nothing", async () => {
    await using bench = await openBench(stage);
    const id = anId();
    await bench.deliver([aRecord(JSON.stringify(bench.bodyOf({ id, exitCode: 6 })))]);
    await bench.untilOver(id);
    const watchers = Array.from({ length: 4 }, () => bench.anew());
    const errors: unknown[] = [];

    await bench.until("its end is told", async () => {
      const reports = await Promise.all(watchers.map((watcher) => bench.look(watcher)));
      errors.push(...reports.flatMap(({ targets }) => targets.flatMap((one) => one.errors)));
      return bench.endsOf(id).length > 0;
    });

    expect(errors).toEqual([]);
    expect(new Set(bench.endsOf(id).map((end) => end.id)).size).toBe(1);
    expect((await bench.look()).targets).toMatchObject([{ open: 0, published: 0 }]);
  });
});
