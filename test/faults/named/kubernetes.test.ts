import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Admin, connectAdmin } from "../../integration/kubernetes/support/admin.ts";
import { anId } from "../../support/builders.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { aRecord } from "../../support/records.ts";
import type { Exchanged } from "../support/exchange.ts";
import type { Call } from "../support/fault-proxy.ts";
import { kubernetesStage } from "../support/kubernetes-stage.ts";
import type { Stage } from "../support/stage.ts";
import { type Bench, type Order, openBench } from "./support/bench.ts";

const isCall = (method: string, path: RegExp) => (call: Call) =>
  call.method === method && path.test(call.path);
const isCreate = isCall("POST", /\/jobs$/);
const isList = isCall("GET", /\/(jobs|pods)\?/);

const patch = (path: string, value: unknown) => ({ op: "add", path, value });
/** A pod that waits until somebody opens it. */
const GATE = patch("/spec/template/spec/schedulingGates", [{ name: "example.com/gate" }]);

await describeWithEngine("kubernetes", "a cluster in trouble", () => {
  let stage: Stage;
  let admin: Admin;
  beforeAll(async () => {
    [stage, admin] = await Promise.all([kubernetesStage(), connectAdmin()]);
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    admin?.[Symbol.dispose]();
  });

  /** A request as the stage makes it, with patches besides. */
  const bodyOf = (bench: Bench, order: Order & { id: string }, ...patches: unknown[]) => {
    const { id, infrastructure } = bench.bodyOf(order);
    const { customizations = [] } = infrastructure as { customizations?: unknown[] };
    return {
      id,
      infrastructure: { ...infrastructure, customizations: [...customizations, ...patches] },
    };
  };
  const recordOf = (body: unknown, attributes?: Record<string, string>) =>
    aRecord(JSON.stringify(body), attributes);
  const namespaceOf = (bench: Bench) => bench.place.config.clusters.spoiled?.namespaces?.[0] ?? "";
  const jobs = (bench: Bench) => admin.jobs(namespaceOf(bench));
  const pods = (bench: Bench) => admin.pods(namespaceOf(bench));

  test("a Job whose creation was not answered is found again as the one it is", async () => {
    let creates = 0;
    await using bench = await openBench(stage, {
      intercept: (call) => {
        if (!isCreate(call) || creates++ > 0) return undefined;
        return async (_, pass) => {
          await pass();
          return "drop";
        };
      },
    });
    const id = anId();

    const wentBack = await bench.deliver([recordOf(bodyOf(bench, { id, exitCode: 3 }))]);

    expect(wentBack).toEqual([]);
    expect(creates).toBe(2); // asked again, and told that it is there
    expect(await jobs(bench)).toHaveLength(1);
    expect((await bench.untilEnded(id)).data).toMatchObject({ state: "failed", status_code: 3 });
    expect(await bench.starts(id)).toBe(1);
  });

  test("a connection that died while a function was frozen is made anew for its first create", async () => {
    let seen = 0;
    let died = 0;
    await using bench = await openBench(stage, {
      intercept: (call) => {
        if (!isCreate(call) || seen === 0 || died++ > 0) return undefined;
        return async () => "drop";
      },
    });
    await bench.look(); // leaves connections open
    seen = bench.proxy?.calls.length ?? 0;
    const id = anId();

    const wentBack = await bench.deliver([recordOf(bodyOf(bench, { id }))]);

    expect(wentBack).toEqual([]);
    expect(died).toBe(2);
    expect(await jobs(bench)).toHaveLength(1);
    expect((await bench.untilEnded(id)).data.state).toBe("completed");
  });

  test("a message that comes again after its Job is gone is stale, and starts nothing", async () => {
    await using bench = await openBench(stage, { retentionSeconds: 0 });
    const id = anId();
    const body = bodyOf(bench, { id });
    await bench.deliver([recordOf(body)]);
    await bench.untilEnded(id);
    await bench.until(
      "the cluster has removed the Job",
      async () => (await jobs(bench)).length === 0,
    );
    const again = {
      ApproximateReceiveCount: "2",
      ApproximateFirstReceiveTimestamp: String(Date.now() - 60_000),
    };

    const wentBack = await bench.deliver([recordOf(body, again)]);

    expect(wentBack).toEqual([]);
    expect(bench.published.at(-1)?.data).toMatchObject({
      state: "rejected",
      cause: { code: "Stale" },
    });
    expect(await jobs(bench)).toEqual([]);
    expect(await bench.starts(id)).toBe(1);
  });

  test("a Job that the cluster does not accept is rejected and acknowledged, and its neighbour runs", async () => {
    await using bench = await openBench(stage);
    const [bad, good] = [anId(), anId()];
    const invalid = patch("/spec/template/spec/containers/0/volumeMounts", [
      { name: "nowhere", mountPath: "/x" },
    ]);

    const wentBack = await bench.deliver([
      recordOf(bodyOf(bench, { id: bad, exitCode: 0 }, invalid)),
      recordOf(bodyOf(bench, { id: good })),
    ]);

    expect(wentBack).toEqual([]);
    expect(bench.endsOf(bad).map(({ data }) => [data.state, data.cause?.code])).toEqual([
      ["rejected", "Invalid"],
    ]);
    expect((await bench.untilEnded(good)).data.state).toBe("completed");
    expect(await jobs(bench)).toHaveLength(1);
  });

  test("runs that ended while nobody looked are told from their Jobs, though their pods are gone", async () => {
    await using bench = await openBench(stage);
    const codes = [0, 7, 0, 3, 11, 0];
    const ids = codes.map(() => anId());
    await bench.deliver(
      ids.map((id, index) => recordOf(bodyOf(bench, { id, exitCode: codes[index] ?? 0 }))),
    );
    await bench.until("every Job is done", async () =>
      (await jobs(bench)).every(({ status }) => status?.conditions?.some(isTerminal)),
    );
    for (const { metadata } of await pods(bench))
      await admin.remove(`/api/v1/namespaces/${namespaceOf(bench)}/pods/${metadata?.name}`, {
        gracePeriodSeconds: 0,
      });
    await bench.until("every pod is gone", async () => (await pods(bench)).length === 0);

    const { targets } = await bench.look();

    expect(targets).toMatchObject([{ published: 6, errors: [] }]);
    expect(ids.flatMap((id) => bench.endsOf(id)).map(({ data }) => data.status_code)).toEqual(
      codes,
    );
  });

  test("the right to read pods that is missing costs a result its output, which it says, and nothing else", async () => {
    const forbidden = { kind: "Status", status: "Failure", code: 403, reason: "Forbidden" };
    await using bench = await openBench(stage, {
      intercept: ({ path }) =>
        /\/pods/.test(path)
          ? async () => ({
              status: 403,
              headers: { "content-type": "application/json" },
              body: Buffer.from(JSON.stringify({ ...forbidden, message: "pods is forbidden" })),
            })
          : undefined,
    });
    const [good, bad] = [anId(), anId()];
    const orders = [{ id: good }, { id: bad, exitCode: 7 }];
    await bench.deliver(orders.map((order) => recordOf(bodyOf(bench, order))));

    const ends = [await bench.untilEnded(good), await bench.untilEnded(bad)];

    expect(ends.map(({ data }) => [data.state, data.status_code, data.logs])).toEqual([
      ["completed", 0, null],
      ["failed", 7, null],
    ]);
    for (const { data } of ends)
      expect(data.warnings.join()).toMatch(/output could not be read: its pods may not be read/);
  });

  test("a list that is out of date makes nothing of a run that goes on", async () => {
    const old = new Map<string, Exchanged>();
    let mode: "record" | "replay" | "pass" = "pass";
    await using bench = await openBench(stage, {
      intercept: (call) => {
        const key = call.path;
        if (mode === "pass" || !isList(call)) return undefined;
        return async (_, pass) => {
          const stale = old.get(key);
          if (mode === "replay" && stale) {
            old.delete(key); // once: a second look is answered by the newest state
            return { ...stale, headers: { ...stale.headers, date: new Date().toUTCString() } };
          }
          const fresh = await pass();
          if (mode === "record" && !old.has(key)) old.set(key, fresh);
          return fresh;
        };
      },
    });
    const id = anId();
    const waiting = bodyOf(bench, { id, exitCode: 4, pauseSeconds: 8 }, GATE);
    const infrastructure = { ...waiting.infrastructure, pod_watch_timeout_seconds: 8 };
    await bench.deliver([recordOf({ id, infrastructure })]);
    await bench.until("its pod waits", async () => (await pods(bench)).length === 1);

    mode = "record";
    await bench.look();
    mode = "pass";
    const [pod] = await pods(bench);
    await admin.merge(`/api/v1/namespaces/${namespaceOf(bench)}/pods/${pod?.metadata?.name}`, {
      spec: { schedulingGates: [] },
    });
    const listed = [...old.values()].map(({ body }) => String(body)).join();
    await bench.untilBegun(id);
    await bench.until("its time to start is over", async () => {
      const [job] = await jobs(bench);
      return Date.now() - Date.parse(job?.metadata?.creationTimestamp ?? "") > 9_000;
    });
    mode = "replay";
    const before = bench.proxy?.calls.length ?? 0;
    const { targets } = await bench.look();
    mode = "pass";
    const asked = bench.proxy?.calls.slice(before) ?? [];

    expect(listed).toContain(id);
    expect(asked.filter(isCall("GET", /\/jobs\/[^?]+$/))).toHaveLength(1); // by the list it was to be given up
    expect(old.size).toBe(0);
    expect(targets).toMatchObject([{ open: 1, published: 0, errors: [] }]);
    expect((await bench.untilEnded(id)).data).toMatchObject({ state: "failed", status_code: 4 });
  });

  test("a pod that is evicted from a Job which may try again is no result, but the next pod's end is", async () => {
    await using bench = await openBench(stage);
    const id = anId();
    const retried = patch("/spec/backoffLimit", 2);
    await bench.deliver([recordOf(bodyOf(bench, { id, pauseSeconds: 6 }, retried))]);
    await bench.untilBegun(id);
    const [pod] = await pods(bench);
    const path = `/api/v1/namespaces/${namespaceOf(bench)}/pods/${pod?.metadata?.name}`;

    await admin.create(`${path}/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: pod?.metadata?.name, namespace: namespaceOf(bench) },
    });
    await bench.until("the next pod's command has begun", async () => {
      await bench.look();
      return (await bench.starts(id)) === 2;
    });
    const meanwhile = bench.endsOf(id);
    const end = await bench.untilEnded(id);
    await bench.look();

    expect(meanwhile).toEqual([]);
    expect(end.data).toMatchObject({ state: "completed", attempts: 2 });
    expect(bench.endsOf(id)).toHaveLength(1);
  });

  test.each([10, -10])(
    "launchers and watchers whose clock is off by %i minutes give up and remove nothing too early",
    async (minutes) => {
      await using bench = await openBench(stage, { retentionSeconds: 300 });
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
      const [ended, pending] = [anId(), anId()];
      await bench.deliver([
        recordOf(bodyOf(bench, { id: ended, exitCode: 9 })),
        recordOf(bodyOf(bench, { id: pending, exitCode: 0 }, GATE)),
      ]);

      const end = await bench.untilEnded(ended);
      const { targets } = await bench.look();

      expect(end.data).toMatchObject({ state: "failed", status_code: 9 });
      expect(targets).toMatchObject([{ open: 1, published: 0, removed: 0, errors: [] }]);
      expect(bench.endsOf(pending)).toEqual([]);
      expect(await jobs(bench)).toHaveLength(2);
    },
  );
});

const isTerminal = ({ type, status }: { type: string; status: string }) =>
  (type === "Complete" || type === "Failed") && status === "True";
