import { describe, expect, test } from "vitest";
import { judge } from "../../../../lib/backends/kubernetes/judge/judge.ts";
import {
  aFailedPod,
  anEvent,
  aSeenJob,
  aSeenPod,
  at,
  aView,
  condition,
  exited,
  running,
  waiting,
} from "../../../support/kubernetes-objects.ts";

const failedJob = (reason = "BackoffLimitExceeded", message = "") =>
  aSeenJob({ status: { failed: 1, conditions: [condition("Failed", reason, message)] } });
const completeJob = () =>
  aSeenJob({
    status: { succeeded: 1, completionTime: at(11), conditions: [condition("Complete")] },
  });

describe("a Job that is done", () => {
  test("is completed with the times of its command", () => {
    const pods = [aSeenPod({ phase: "Succeeded", state: exited(0) })];

    const seen = judge(aView({ job: completeJob(), pods }));

    expect(seen).toMatchObject({
      state: "ended",
      outcome: "completed",
      statusCode: 0,
      cause: null,
      startedAt: "2026-01-01T00:00:02.000Z",
      finishedAt: "2026-01-01T00:00:09.000Z",
      attempts: 1,
    });
  });

  test("is completed without its pods, by the Job's own times", () => {
    const job = completeJob();
    const seen = judge(aView({ job: { ...job, status: { ...job.status, startTime: at(1) } } }));

    expect(seen).toMatchObject({
      outcome: "completed",
      startedAt: "2026-01-01T00:00:01.000Z",
      finishedAt: "2026-01-01T00:00:11.000Z",
      attempts: 1,
    });
  });

  test.each([
    ["an exit code", aFailedPod(7), "failed", 7, "Exit"],
    ["a code beyond all signals", aFailedPod(255), "failed", 255, "Exit"],
    ["a code that a shell gives a signal", aFailedPod(143), "failed", 143, "Signal"],
    ["its memory", aFailedPod(137, { how: { reason: "OOMKilled" } }), "failed", 137, "OOMKilled"],
    [
      "a start that failed",
      aFailedPod(128, { how: { reason: "StartError", startedAt: "1970-01-01T00:00:00Z" } }),
      "crashed",
      128,
      "ConfigError",
    ],
    [
      "a start that its node broke off", // what containerd 1.6 wrote when its kubelet was killed
      aFailedPod(128, {
        how: {
          reason: "StartError",
          message: 'failed to start containerd task "bd0c44cc": context canceled: unknown',
        },
      }),
      "crashed",
      128,
      "NodeLost",
    ],
    [
      "its pod's own deadline",
      aFailedPod(137, {
        status: { phase: "Failed", reason: "DeadlineExceeded", containerStatuses: [] },
      }),
      "failed",
      -1,
      "DeadlineExceeded",
    ],
    [
      "the kubelet's eviction",
      aSeenPod({ phase: "Failed", status: { phase: "Failed", reason: "Evicted" } }),
      "crashed",
      -1,
      "Evicted",
    ],
    [
      "a node that refuses it",
      aSeenPod({ phase: "Failed", status: { phase: "Failed", reason: "OutOfcpu" } }),
      "crashed",
      -1,
      "Unschedulable",
    ],
    [
      "a node that shuts down",
      aFailedPod(0, { status: { phase: "Failed", reason: "NodeShutdown" } }),
      "crashed",
      0,
      "NodeLost",
    ],
    [
      "the deletion of its pod",
      aFailedPod(137, { metadata: { deletionTimestamp: at(8) } }),
      "crashed",
      137,
      "Removed",
    ],
  ])("is ended by %s", (_, pod, outcome, statusCode, code) => {
    const seen = judge(aView({ job: failedJob(), pods: [pod] }));

    expect(seen).toMatchObject({ state: "ended", outcome, statusCode, cause: { code } });
  });

  test("is told why in the words of its node, and its code once", () => {
    const message = "Pod was active on the node longer than the specified deadline";
    const status = { phase: "Failed", reason: "DeadlineExceeded", message };

    const seen = judge(aView({ job: failedJob(), pods: [aFailedPod(137, { status })] }));

    expect(seen).toMatchObject({ cause: { code: "DeadlineExceeded", message } });
  });

  test.each([
    ["PreemptionByScheduler", "Preempted"],
    ["EvictionByEvictionAPI", "Evicted"],
    ["DeletionByTaintManager", "NodeLost"],
    ["DeletionByPodGC", "NodeLost"],
    ["TerminationByKubelet", "Evicted"],
    ["SomethingOfTomorrow", "Evicted"],
  ])("is crashed by the disruption %s, whatever code its container left", (reason, code) => {
    const pod = aFailedPod(143);
    const conditions = [condition("DisruptionTarget", reason)];
    const disrupted = { ...pod, status: { ...pod.status, conditions } } as typeof pod;

    const seen = judge(aView({ job: failedJob(), pods: [disrupted] }));

    expect(seen).toMatchObject({ outcome: "crashed", cause: { code } });
  });

  test("is judged by its own container, not by the first of the pod", () => {
    const pod = aFailedPod(9, { beside: [{ name: "injected", state: exited(1) }] });

    expect(judge(aView({ job: failedJob(), pods: [pod] }))).toMatchObject({ statusCode: 9 });
  });

  test("is judged by the pod that its condition names, else by the last one that failed", () => {
    const pods = [
      aFailedPod(3, { name: "one", createdAt: at(1) }),
      aFailedPod(4, { name: "two", createdAt: at(5) }),
    ];
    const words =
      "Container prefect-job for pod default/one failed with exit code 3 matching FailJob rule at index 1";

    expect(judge(aView({ job: failedJob(), pods }))).toMatchObject({ statusCode: 4, attempts: 2 });
    expect(judge(aView({ job: failedJob("PodFailurePolicy", words), pods }))).toMatchObject({
      statusCode: 3,
    });
  });

  test.each([
    [
      "its exit code",
      "Container prefect-job for pod default/p failed with exit code 7 matching FailJob rule at index 1",
      [],
      "failed",
      7,
      "Exit",
    ],
    [
      "that it was killed, which only a deletion does so soon",
      "Container prefect-job for pod default/p failed with exit code 137 matching FailJob rule at index 1",
      [],
      "crashed",
      137,
      "Removed",
    ],
    [
      "a disruption",
      "Pod default/p has condition DisruptionTarget matching FailJob rule at index 0",
      [],
      "crashed",
      -1,
      "Evicted",
    ],
    [
      "a disruption that an event explains",
      "Pod default/p has condition DisruptionTarget matching FailJob rule at index 0",
      [anEvent("Preempted", "by another")],
      "crashed",
      -1,
      "Preempted",
    ],
    ["nothing", "Job has reached the specified backoff limit", [], "crashed", -1, "Removed"],
  ])(
    "is judged without its pods by what its condition says: %s",
    (_, message, events, outcome, statusCode, code) => {
      const seen = judge(aView({ job: failedJob("PodFailurePolicy", message), events }));

      expect(seen).toMatchObject({ outcome, statusCode, cause: { code } });
    },
  );

  test("is told without an exit code where pods may not be read", () => {
    expect(judge(aView({ job: failedJob(), pods: undefined }))).toMatchObject({
      outcome: "failed",
      statusCode: -1,
      cause: { code: "Exit", message: expect.stringContaining("may not be read") },
    });
  });

  test("has no secret of its environment in what it says", () => {
    const fields = { env: { API_TOKEN: "hush-hush" } };
    const job = { ...failedJob(), spec: aSeenJob({ fields }).spec } as ReturnType<typeof aSeenJob>;
    const pod = aFailedPod(128, { how: { reason: "StartError", message: "exec hush-hush" } });

    expect(judge(aView({ job, pods: [pod] }))).toMatchObject({
      cause: { message: expect.not.stringContaining("hush-hush") },
    });
  });
});

describe("a Job that is not done", () => {
  test.each([
    [
      "its pod waits",
      [aSeenPod({ state: waiting("ErrImagePull", "no such image") })],
      "ErrImagePull",
    ],
    ["it has no pod", [], "no pod yet"],
  ])("is pending while %s", (_, pods, words) => {
    expect(judge(aView({ pods }))).toMatchObject({
      state: "pending",
      reason: expect.stringContaining(words),
    });
  });

  test("is running once its command is", () => {
    const pods = [aSeenPod({ phase: "Running", state: running() })];

    expect(judge(aView({ pods }))).toMatchObject({
      state: "running",
      startedAt: "2026-01-01T00:00:02.000Z",
    });
  });

  test("is running still when its pod has ended and the Job itself has not", () => {
    const pods = [aSeenPod({ phase: "Succeeded", state: exited(0) })];

    expect(judge(aView({ pods }))).toMatchObject({ state: "running" });
  });

  test("is not ended by a failure that will be tried again", () => {
    const job = aSeenJob({ spec: { backoffLimit: 2 }, status: { failed: 1 } });

    expect(judge(aView({ job, pods: [aFailedPod(1)] }))).toMatchObject({ state: "running" });
  });

  test.each([
    ["its id is gone", { annotations: { "slipway.dev/id": undefined as never } }, "slipway.dev/id"],
    ["its label belongs to another id", { labels: { "slipway.dev/run": "x" } }, "slipway.dev/run"],
    ["another version made it", { annotations: { "slipway.dev/version": "9" } }, "version"],
    ["its stop mark is broken", { annotations: { "slipway.dev/stop": "{" } }, "broken"],
  ])("is unknown where %s", (_, job, words) => {
    expect(judge(aView({ job: aSeenJob(job) }))).toMatchObject({
      state: "unknown",
      reason: expect.stringContaining(words),
    });
  });
});

describe("a Job that somebody deleted while our finalizer holds it", () => {
  const deleted = (status = {}) => aSeenJob({ metadata: { deletionTimestamp: at(15) }, status });

  test("runs as long as its pod does", () => {
    const pods = [aSeenPod({ phase: "Running", state: running() })];

    expect(judge(aView({ job: deleted(), pods }))).toMatchObject({ state: "running" });
  });

  test.each([
    ["completed", "Succeeded", exited(0), "completed", 0],
    ["failed", "Failed", exited(5), "failed", 5],
  ])("is %s as its pod is that ended by itself", (_, phase, state, outcome, statusCode) => {
    const pods = [aSeenPod({ phase, state })];

    expect(judge(aView({ job: deleted(), pods }))).toMatchObject({ outcome, statusCode });
  });

  test.each([
    ["no pod is left", []],
    ["its pod was deleted, too", [aFailedPod(143, { metadata: { deletionTimestamp: at(16) } })]],
  ])("is removed where %s", (_, pods) => {
    expect(judge(aView({ job: deleted(), pods }))).toMatchObject({
      outcome: "crashed",
      statusCode: -1,
      cause: { code: "Removed" },
    });
  });

  test("is unknown where its pods may not be read", () => {
    expect(judge(aView({ job: deleted(), pods: undefined }))).toMatchObject({ state: "unknown" });
  });
});

describe("a Job that was stopped", () => {
  const mark = (code: string, seconds = 20) => ({
    "slipway.dev/stop": JSON.stringify({
      cause: { code, blame: "platform", retryable: true, message: "why", hint: "" },
      at: new Date(Date.parse(at(seconds))).toISOString(),
      attempts: 1,
      startedAt: at(2),
    }),
  });
  const failed = { conditions: [condition("Failed", "DeadlineExceeded")] };

  test.each([
    ["Cancelled", "cancelled"],
    ["Conflict", "rejected"],
    ["SubmissionFailed", "crashed"],
    ["NeverStarted", "crashed"],
    ["ImageNotFound", "crashed"],
    ["DeadlineExceeded", "failed"],
  ])("for %s is %s once its Job has failed", (code, outcome) => {
    const job = aSeenJob({ annotations: mark(code), status: failed });

    expect(judge(aView({ job }))).toMatchObject({
      state: "ended",
      outcome,
      statusCode: -1,
      attempts: 1,
      startedAt: "2026-01-01T00:00:02.000Z",
      cause: { code, message: "why" },
    });
  });

  test("is judged alike whether its pods are still seen or not", () => {
    const job = aSeenJob({ annotations: mark("Cancelled"), status: failed });

    const seen = judge(aView({ job, pods: [aFailedPod(143)] }));
    const gone = judge(aView({ job }));

    expect({ ...seen, run: undefined }).toEqual({ ...gone, run: undefined });
  });

  test("is not ended while a pod of it lives", () => {
    const job = aSeenJob({ annotations: mark("Cancelled"), status: failed });
    const pods = [aSeenPod({ phase: "Running", state: running() })];

    expect(judge(aView({ job, pods }))).toMatchObject({ state: "pending" });
  });

  test("is not ended before anybody has confirmed that nothing starts any more", () => {
    const job = aSeenJob({ annotations: mark("Cancelled", 20) });

    expect(judge(aView({ job, nowMs: Date.parse(at(49)) }))).toMatchObject({ state: "pending" });
    expect(judge(aView({ job, nowMs: Date.parse(at(50)) }))).toMatchObject({ state: "ended" });
  });

  test("is completed where it was faster", () => {
    const job = aSeenJob({
      annotations: mark("Cancelled"),
      status: { succeeded: 1, completionTime: at(11), conditions: [condition("Complete")] },
    });

    expect(judge(aView({ job }))).toMatchObject({ outcome: "completed" });
  });

  test("keeps the exit code of a command whose Job was not finished", () => {
    const job = aSeenJob({ annotations: mark("DidNotComplete") });
    const pods = [aSeenPod({ phase: "Succeeded", state: exited(0) })];

    expect(judge(aView({ job, pods }))).toMatchObject({ outcome: "crashed", statusCode: 0 });
  });
});
