import { describe, expect, test } from "vitest";
import { judge } from "../../../../lib/backends/kubernetes/judge/judge.ts";
import { demandOf } from "../../../../lib/backends/kubernetes/judge/limits.ts";
import { logSourceOf } from "../../../../lib/backends/kubernetes/judge/log-source.ts";
import { trimPod } from "../../../../lib/backends/kubernetes/look/trim-pod.ts";
import {
  aFailedPod,
  aSeenJob,
  aSeenPod,
  at,
  atMs,
  aView,
  condition,
  exited,
  running,
  waiting,
} from "../../../support/kubernetes-objects.ts";

const failed = aSeenJob({ status: { failed: 1, conditions: [condition("Failed")] } });

describe("a pod without what nobody reads", () => {
  test.each([
    ["waiting", aSeenJob(), aSeenPod({ state: waiting("ErrImagePull", "manifest unknown") })],
    ["running", aSeenJob(), aSeenPod({ phase: "Running", state: running() })],
    ["done", aSeenJob(), aSeenPod({ phase: "Succeeded", state: exited(0) })],
    ["failed", failed, aFailedPod(7)],
    ["killed", failed, aFailedPod(137, { metadata: { deletionTimestamp: at(8) } })],
    [
      "evicted",
      failed,
      aSeenPod({ status: { phase: "Failed", reason: "Evicted", message: "low" } }),
    ],
    [
      "deleted",
      aSeenJob({ metadata: { deletionTimestamp: at(1) } }),
      aSeenPod({ phase: "Running", state: running() }),
    ],
    [
      "lost",
      aSeenJob(),
      aSeenPod({ phase: "Running", state: running(), metadata: { deletionTimestamp: at(1) } }),
    ],
  ])("is judged as the whole one is: %s", (_, job, pod) => {
    const whole = aView({ job, pods: [pod], nowMs: atMs(600) });
    const trimmed = { ...whole, pods: [trimPod(pod)] };

    expect(judge(trimmed)).toEqual(judge(whole));
    expect(demandOf(trimmed)).toEqual(demandOf(whole));
    expect(logSourceOf(job, trimmed.pods)).toEqual(logSourceOf(job, [pod]));
  });
});
