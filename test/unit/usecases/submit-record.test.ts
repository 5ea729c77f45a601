import { expect, test } from "vitest";
import type { Backend } from "../../../lib/backends/backend.ts";
import { LaunchError, unavailable } from "../../../lib/runs/launch-error.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { submitRecord } from "../../../lib/usecases/submit-record.ts";
import { watch } from "../../../lib/usecases/watch.ts";
import { anId } from "../../support/builders.ts";
import { aMessage } from "../../support/messages.ts";
import { createWorkbench, type Workbench } from "../../support/workbench.ts";

const budget = { signal: AbortSignal.timeout(120_000), remainingMs: () => 60_000 };

const requestOf = (id: string, fields: Record<string, unknown> = {}) =>
  JSON.stringify({ id, infrastructure: { type: "process", command: ["true"] }, ...fields });

const failing =
  (verbs: Partial<Record<"submit" | "cancel" | "find", Error>>) =>
  (backend: Backend): Backend => ({
    ...backend,
    ...Object.fromEntries(
      Object.entries(verbs).map(([verb, error]) => [verb, () => Promise.reject(error)]),
    ),
  });

const statesOf = ({ published }: Workbench) =>
  published.map(({ data }) => [data.state, data.cause?.code ?? null]);

const untilEnded = (bench: Workbench, id: string) =>
  until(bench, ({ subject, data }) => subject === id && data.state !== "submitted");

async function until({ deps, published }: Workbench, isWanted: (result: Result) => boolean) {
  for (;;) {
    const wanted = published.find(isWanted);
    if (wanted) return wanted;
    await watch(deps, { signal: budget.signal, follow: AbortSignal.timeout(200) });
  }
}

test("starts a run, says so, and the sweep says how it ended", async () => {
  await using bench = await createWorkbench();
  const id = anId();

  await submitRecord(bench.deps, aMessage({ body: requestOf(id) }), budget);
  const end = await untilEnded(bench, id);

  expect(statesOf(bench)).toEqual([
    ["submitted", null],
    ["completed", null],
  ]);
  expect(end.data).toMatchObject({ id, type: "process", status_code: 0, attempts: 1 });
});

test("acknowledges the redelivery of a run that is settled, and says nothing more", async () => {
  await using bench = await createWorkbench();
  const message = aMessage({ body: requestOf(anId()) });

  await submitRecord(bench.deps, message, budget);
  await untilEnded(bench, JSON.parse(message.body).id);
  await submitRecord(bench.deps, { ...message, receiveCount: 2 }, budget);

  expect(statesOf(bench)).toHaveLength(2);
});

test("rejects what can never run, with the message's beginning where it has no id", async () => {
  await using bench = await createWorkbench();
  const message = aMessage({
    body: `{"infrastructure":{"type":"process"},"x":"${"é".repeat(2_000)}"}`,
  });

  await submitRecord(bench.deps, message, budget);

  expect(bench.published[0]).toMatchObject({
    subject: message.messageId,
    data: { state: "rejected", cause: { code: "Invalid" } },
  });
  expect(Buffer.byteLength(bench.published[0]?.data.body ?? "")).toBeLessThanOrEqual(1_024);
  expect(bench.delays).toEqual([]);
});

test.each([
  ["is wrong", { action: "cancel", grace_seconds: -1 }, "grace_seconds"],
  ["is cut off", { action: "cancel" }, ""],
])(
  "rejects a cancel that %s by its message's id: its run has an end of its own",
  async (how, fields, path) => {
    await using bench = await createWorkbench();
    const whole = requestOf("told-otherwise", fields);
    const message = aMessage({ body: how === "is cut off" ? whole.slice(0, -1) : whole });

    await submitRecord(bench.deps, message, budget);

    expect(bench.published).toHaveLength(1);
    expect(bench.published[0]).toMatchObject({
      subject: message.messageId,
      data: { id: message.messageId, state: "rejected", problems: [{ path }] },
    });
    expect(bench.published[0]?.data.body).toContain("told-otherwise");
  },
);

test("rejects another content under a known id and leaves the first run alone", async () => {
  await using bench = await createWorkbench();
  const id = anId();

  await submitRecord(bench.deps, aMessage({ body: requestOf(id) }), budget);
  const other = { infrastructure: { type: "process", command: ["false"] } };
  await submitRecord(bench.deps, aMessage({ body: requestOf(id, other) }), budget);
  await until(bench, ({ data }) => data.state === "completed");

  expect(statesOf(bench)).toEqual([
    ["submitted", null],
    ["rejected", "Conflict"],
    ["completed", null],
  ]);
});

test("sends back what may succeed later, with the pause that its engine asked for", async () => {
  const busy = unavailable("busy", { retryAfterMs: 90_000 });
  await using bench = await createWorkbench({ spoil: failing({ submit: busy }) });

  const submitting = submitRecord(bench.deps, aMessage({ body: requestOf(anId()) }), budget);

  await expect(submitting).rejects.toThrow("busy");
  expect(bench.delays.map(({ seconds }) => seconds)).toEqual([90]);
  expect(bench.published).toEqual([]);
});

test.each([
  ["on the last delivery", { receiveCount: 5 }, 0],
  ["after the deadline", { receiveCount: 2, firstReceivedAtMs: 0 }, 3_600_000],
])("fences a run %s, and its result comes from the sweep", async (_when, at, now) => {
  await using bench = await createWorkbench({
    spoil: failing({ submit: unavailable("no answer") }),
    nowMs: () => now,
  });
  const id = anId();

  await submitRecord(bench.deps, aMessage({ body: requestOf(id), ...at }), budget);
  const end = await untilEnded(bench, id);

  expect(end.data).toMatchObject({
    state: "crashed",
    status_code: -1,
    cause: { code: "SubmissionFailed", retryable: true },
  });
  expect(end.data.cause?.message).toContain("no answer");
});

/** As a cluster's edge tells it: nothing was made, and nothing can be. */
const full = () => new LaunchError("QuotaExceeded", "exceeded quota: q", { retryable: true });

test("sends back what finds a full quota, with pauses that reach to its deadline", async () => {
  await using bench = await createWorkbench({ spoil: failing({ submit: full() }) });

  const submitting = submitRecord(bench.deps, aMessage({ body: requestOf(anId()) }), budget);

  await expect(submitting).rejects.toThrow("exceeded quota");
  expect(bench.delays.map(({ seconds }) => seconds)).toEqual([900]);
  expect(bench.published).toEqual([]);
});

test.each([
  ["on the last delivery", { receiveCount: 5 }, 0],
  ["after the deadline", { receiveCount: 2, firstReceivedAtMs: 0 }, 3_600_000],
])(
  "gives a run up whose quota is full %s, without a fence: that would need room, too",
  async (_when, at, now) => {
    const spoil = failing({ submit: full(), cancel: new Error("fenced") });
    await using bench = await createWorkbench({ spoil, nowMs: () => now });
    const id = anId();

    await submitRecord(bench.deps, aMessage({ body: requestOf(id), ...at }), budget);

    expect(bench.published).toHaveLength(1);
    expect(bench.published[0]).toMatchObject({
      subject: id,
      data: {
        state: "crashed",
        status_code: -1,
        cause: { code: "QuotaExceeded", blame: "platform", retryable: true },
      },
    });
  },
);

test("says that a run is delayed where not even the fence can be set, and keeps the message", async () => {
  const down = unavailable("host is down");
  await using bench = await createWorkbench({ spoil: failing({ submit: down, cancel: down }) });

  const submitting = submitRecord(
    bench.deps,
    aMessage({ body: requestOf(anId()), receiveCount: 5 }),
    budget,
  );

  await expect(submitting).rejects.toThrow("host is down");
  expect(statesOf(bench)).toEqual([["delayed", "EngineLost"]]);
});

test("rejects a redelivery that is older than the retention and unknown to its engine as stale", async () => {
  await using bench = await createWorkbench({ nowMs: () => 3_600_001 });
  const message = aMessage({ body: requestOf(anId()), receiveCount: 2, firstReceivedAtMs: 0 });

  await submitRecord(bench.deps, message, budget);

  expect(statesOf(bench)).toEqual([["rejected", "Stale"]]);
});

test("takes an old redelivery whose run is still there for what it is", async () => {
  await using bench = await createWorkbench({ nowMs: () => 3_600_001 });
  const message = aMessage({ body: requestOf(anId()) });

  await submitRecord(bench.deps, message, budget);
  const again = { ...message, receiveCount: 2, firstReceivedAtMs: 0 };
  await submitRecord(bench.deps, again, budget);

  expect(statesOf(bench).flat()).not.toContain("Stale");
});

test("takes an old message that was never received before as new", async () => {
  await using bench = await createWorkbench({ nowMs: () => 1e15 });
  const message = aMessage({ body: requestOf(anId()), receiveCount: 1, firstReceivedAtMs: 0 });

  await submitRecord(bench.deps, message, budget);

  expect(statesOf(bench)).toEqual([["submitted", null]]);
});

test("cancels before the run comes: the run never starts and is reported as cancelled once", async () => {
  await using bench = await createWorkbench();
  const id = anId();

  await submitRecord(bench.deps, aMessage({ body: requestOf(id, { action: "cancel" }) }), budget);
  await submitRecord(bench.deps, aMessage({ body: requestOf(id) }), budget);
  await untilEnded(bench, id);

  expect(statesOf(bench)).toEqual([["cancelled", "Cancelled"]]);
});

test("keeps a request whose result could not be published", async () => {
  const refuses = () => new LaunchError("Invalid", "no room");
  await using bench = await createWorkbench({ refuses });

  const submitting = submitRecord(bench.deps, aMessage({ body: "nonsense" }), budget);

  await expect(submitting).rejects.toThrow(/could not be published/);
});

test("does not begin a record that it has no time to finish", async () => {
  await using bench = await createWorkbench({ spoil: failing({ submit: new Error("began") }) });
  const short = { ...budget, remainingMs: () => 100 };

  const submitting = submitRecord(bench.deps, aMessage({ body: requestOf(anId()) }), short);

  await expect(submitting).rejects.toThrow("too little time");
});

test("keeps the message and logs the error where Slipway itself is at fault", async () => {
  await using bench = await createWorkbench({ spoil: failing({ submit: new TypeError("a bug") }) });

  const submitting = submitRecord(bench.deps, aMessage({ body: requestOf(anId()) }), budget);

  await expect(submitting).rejects.toThrow("an unexpected error in Slipway itself");
  expect(bench.logged.join()).toContain("unexpected error");
});

test("waits for a process inside the invocation and tells its end there", async () => {
  const env = { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: "submit" };
  const config = { policy: { process_runs: true } };
  await using bench = await createWorkbench({ env, config });
  const body = requestOf(anId(), {
    infrastructure: { type: "process", command: ["sh", "-c", "echo out; exit 3"] },
  });

  await submitRecord(bench.deps, aMessage({ body }), budget);

  expect(statesOf(bench)).toEqual([
    ["submitted", null],
    ["failed", "Exit"],
  ]);
  expect(bench.published[1]?.data.logs?.tail).toBe("out\n");
});

test("refuses a process in Lambda unless the policy turns processes on", async () => {
  const env = { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: "submit" };
  await using bench = await createWorkbench({ env });

  await submitRecord(bench.deps, aMessage({ body: requestOf(anId()) }), budget);

  expect(statesOf(bench)).toEqual([["rejected", "Denied"]]);
});
