import { describe, expect, test } from "vitest";
import { judge } from "../../../../lib/backends/kubernetes/judge/judge.ts";
import { endMarkOf, isLastSight } from "../../../../lib/backends/kubernetes/judge/last-sight.ts";
import { logSourceOf } from "../../../../lib/backends/kubernetes/judge/log-source.ts";
import { trimPod } from "../../../../lib/backends/kubernetes/look/trim-pod.ts";
import {
  aFailedPod,
  aSeenJob,
  aSeenPod,
  at,
  aView,
  condition,
  exited,
  running,
  waiting,
} from "../../../support/kubernetes-objects.ts";

const onFailure = {
  customizations: [
    { op: "replace", path: "/spec/template/spec/restartPolicy", value: "OnFailure" },
  ],
};
const target = (reason = "BackoffLimitExceeded", type = "FailureTarget") =>
  condition(type, reason, "Job has reached the specified backoff limit");
const failing = (more: Parameters<typeof aSeenJob>[0] = {}) =>
  aSeenJob({ fields: onFailure, status: { failed: 1, conditions: [target()] }, ...more });
const failed = (annotations: Record<string, string> = {}) =>
  aSeenJob({
    fields: onFailure,
    annotations,
    status: { failed: 1, conditions: [target(), target("BackoffLimitExceeded", "Failed")] },
  });

/** As a pod is between the order to end it, at second 12, and its end. */
const going = (pod: Parameters<typeof aSeenPod>[0]) =>
  aSeenPod({
    phase: "Running",
    restartCount: 1,
    ...pod,
    metadata: { deletionTimestamp: at(42), deletionGracePeriodSeconds: 30 },
  });

const killed = (exitCode: number, seconds: number) =>
  exited(exitCode, { startedAt: at(11), finishedAt: at(seconds) });

const endMark = JSON.stringify({
  statusCode: 137,
  cause: { code: "OOMKilled", blame: "workload", retryable: false, message: "m", hint: "" },
  attempts: 2,
  startedAt: at(2),
  finishedAt: at(9),
});

describe("the last sight of a run whose pods its controller removes", () => {
  test.each([
    ["runs again", going({ state: running(11), lastState: exited(3) }), 3],
    ["waits to run again", going({ state: waiting("CrashLoopBackOff"), lastState: exited(3) }), 3],
    ["was killed when it ran again", going({ state: killed(137, 42), lastState: exited(3) }), 3],
    ["ended when it was told to", going({ state: killed(0, 13), lastState: exited(3) }), 3],
    [
      "ended otherwise when it was told to",
      going({ state: killed(1, 13), lastState: exited(3) }),
      3,
    ],
    ["ended before it was told to", going({ state: killed(4, 12), lastState: exited(3) }), 4],
  ])("tells how its command ended by itself, which %s", (_, pod, statusCode) => {
    const view = aView({ job: failing(), pods: [trimPod(pod)] });

    expect(isLastSight(view)).toBe(true);
    expect(endMarkOf(view)).toMatchObject({
      statusCode,
      attempts: 2,
      startedAt: at(2),
      cause: { code: "Exit", blame: "workload" },
    });
  });

  test("is that of the pod that failed, not of one that was only ended with it", () => {
    const other = going({
      name: "other",
      createdAt: at(5),
      state: killed(143, 13),
      restartCount: 0,
    });
    const pods = [going({ state: running(11), lastState: exited(3) }), other];

    expect(endMarkOf(aView({ job: failing(), pods }))).toMatchObject({ statusCode: 3 });
    expect(logSourceOf(failing(), pods)).toMatchObject({ pod: "pod-1", previous: true });
  });

  test("lasts until its output is written down, too", () => {
    const job = failing({ annotations: { "slipway.dev/end": endMark } });
    const pods = [going({ state: running(11), lastState: exited(3) })];

    expect(isLastSight(aView({ job, pods }))).toBe(true);
  });

  test("tells that its time ran out, whatever its containers say", () => {
    const job = failing({ status: { conditions: [target("DeadlineExceeded")] } });
    const pods = [going({ state: running(), restartCount: 0 })];

    expect(endMarkOf(aView({ job, pods }))).toMatchObject({
      statusCode: -1,
      attempts: 1,
      cause: { code: "DeadlineExceeded" },
    });
  });

  const pods = [going({ state: running(11), lastState: exited(3) })];
  const stop = JSON.stringify({
    cause: { code: "Cancelled", blame: "user", retryable: false, message: "", hint: "" },
    at: at(1),
    attempts: 1,
  });

  test.each([
    ["nothing fails it", aView({ job: aSeenJob({ fields: onFailure }), pods })],
    ["it has failed already", aView({ job: failed(), pods })],
    [
      "it was stopped for another reason",
      aView({ job: failing({ annotations: { "slipway.dev/stop": stop } }), pods }),
    ],
    [
      "all of it is written down",
      aView({
        job: failing({
          annotations: { "slipway.dev/end": endMark, "slipway.dev/output": "no data\n" },
        }),
        pods,
      }),
    ],
    ["its pods stay", aView({ job: failing(), pods: [aFailedPod(3)] })],
    ["one of them that failed stays", aView({ job: failing(), pods: [...pods, aFailedPod(3)] })],
    ["its pods may not be read", aView({ job: failing(), pods: undefined })],
    ["it is not ours", aView({ job: failing({ annotations: { "slipway.dev/id": "x" } }), pods })],
  ])("is none where %s", (_, view) => {
    expect(isLastSight(view)).toBe(false);
    expect(endMarkOf(view)).toBeUndefined();
  });
});

describe("a Job whose pods its controller has removed", () => {
  test("has ended as was written on it, with its output", () => {
    const annotations = { "slipway.dev/end": endMark, "slipway.dev/output": "no data\n" };

    expect(judge(aView({ job: failed(annotations) }))).toMatchObject({
      outcome: "failed",
      statusCode: 137,
      attempts: 2,
      startedAt: "2026-01-01T00:00:02.000Z",
      finishedAt: "2026-01-01T00:00:09.000Z",
      cause: { code: "OOMKilled" },
      run: { log: { kept: "no data\n" } },
    });
  });

  test.each([
    ["nobody looked in time", {}],
    ["somebody wrote something else", { "slipway.dev/end": "{" }],
    ["another version wrote something else", { "slipway.dev/end": '{"cause":7}' }],
  ])("has failed by its command in the Job's own words where %s", (_, annotations) => {
    expect(judge(aView({ job: failed(annotations) }))).toMatchObject({
      outcome: "failed",
      statusCode: -1,
      cause: {
        code: "Exit",
        blame: "workload",
        retryable: false,
        message: expect.stringContaining("BackoffLimitExceeded"),
      },
    });
  });

  const interim = JSON.stringify({ ...JSON.parse(endMark), interim: true });

  test("has ended as a container of it did before, where nothing later is known", () => {
    const job = failed({ "slipway.dev/end": interim });

    expect(judge(aView({ job }))).toMatchObject({ statusCode: 137, attempts: 2 });
    expect(judge(aView({ job, pods: [aFailedPod(9)] }))).toMatchObject({
      statusCode: 9,
      attempts: 1,
      cause: { code: "Exit" },
    });
  });

  test("takes no earlier failure for its end where it is complete or has not failed", () => {
    const annotations = { "slipway.dev/end": interim };
    const complete = { succeeded: 1, conditions: [condition("Complete")] };
    const pods = [aSeenPod({ phase: "Succeeded", state: exited(0) })];

    const job = aSeenJob({ fields: onFailure, annotations, status: complete });
    expect(judge(aView({ job, pods }))).toMatchObject({ outcome: "completed", attempts: 1 });
    const still = going({ state: running(11), lastState: exited(3) });
    expect(isLastSight(aView({ job: failing({ annotations }), pods: [still] }))).toBe(true);
  });

  test("has no output of an earlier try where it is complete after all", () => {
    const job = aSeenJob({
      fields: onFailure,
      annotations: { "slipway.dev/output": "no data\n" },
      status: { succeeded: 1, conditions: [condition("Complete")] },
    });
    const pods = [aSeenPod({ phase: "Succeeded", state: exited(0), lastState: exited(3) })];

    expect(judge(aView({ job, pods }))).toMatchObject({
      outcome: "completed",
      run: { log: { pod: "pod-1" } },
    });
  });
});
