import { describe, expect, test } from "vitest";
import { judge } from "../../../../lib/backends/kubernetes/judge/judge.ts";
import { logSourceOf } from "../../../../lib/backends/kubernetes/judge/log-source.ts";
import {
  aFailedPod,
  anEvent,
  aSeenJob,
  aSeenPod,
  at,
  aView,
  condition,
  exited,
} from "../../../support/kubernetes-objects.ts";

const failedJob = (reason = "BackoffLimitExceeded", message = "", spec = {}, status = {}) =>
  aSeenJob({
    spec,
    status: { failed: 1, conditions: [condition("Failed", reason, message)], ...status },
  });

const endOf = (job: ReturnType<typeof aSeenJob>, ...pods: ReturnType<typeof aSeenPod>[]) =>
  judge(aView({ job, pods }));

describe("a pod that used more storage than it may", () => {
  const unknown = {
    terminated: {
      exitCode: 137,
      reason: "ContainerStatusUnknown",
      message: "The container could not be located when the pod was terminated",
      startedAt: null,
      finishedAt: null,
    },
  };

  test.each([
    ["in all", "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. "],
    ["in a container", 'Container prefect-job exceeded its local ephemeral storage limit "10Mi". '],
    ["in a volume", 'Usage of EmptyDir volume "v" exceeds the limit "5Mi". '],
  ])("%s fails by its own doing", (_, message) => {
    const status = { phase: "Failed", reason: "Evicted", message };

    expect(endOf(failedJob(), aSeenPod({ state: unknown, status }))).toMatchObject({
      outcome: "failed",
      statusCode: 137,
      attempts: 1,
      cause: {
        code: "StorageExceeded",
        blame: "workload",
        retryable: false,
        message: message.trim(),
      },
    });
  });

  test("was started once where its kubelet takes the container that it lost for restarted", () => {
    const message = 'Container prefect-job exceeded its local ephemeral storage limit "10Mi". ';
    const status = { phase: "Failed", reason: "Evicted", message };

    expect(endOf(failedJob(), aSeenPod({ state: unknown, status, restartCount: 1 }))).toMatchObject(
      { attempts: 1, cause: { code: "StorageExceeded" } },
    );
  });

  const pressure =
    "The node was low on resource: ephemeral-storage. Container prefect-job was using 5Gi, which exceeds its request of 0.";

  test.each([
    [
      "with the condition of new clusters",
      [condition("DisruptionTarget", "TerminationByKubelet", pressure)],
    ],
    ["without a condition, as old clusters have it", []],
  ])("is told from one whose node ran out of it, %s", (_, conditions) => {
    const status = { phase: "Failed", reason: "Evicted", message: pressure, conditions };

    expect(endOf(failedJob(), aFailedPod(137, { status }))).toMatchObject({
      outcome: "crashed",
      cause: { code: "Evicted", blame: "platform", retryable: true },
    });
  });

  test("is known by its event where it is gone and the Job says only that it was killed", () => {
    const words =
      "Container prefect-job for pod default/p failed with exit code 137 matching FailJob rule at index 1";
    const job = failedJob("PodFailurePolicy", words);
    const events = [anEvent("Evicted", 'Usage of EmptyDir volume "v" exceeds the limit "5Mi". ')];

    expect(judge(aView({ job, events }))).toMatchObject({
      outcome: "failed",
      statusCode: 137,
      cause: { code: "StorageExceeded" },
    });
  });
});

describe("a pod whose init container failed", () => {
  const init = (how: Record<string, unknown>, code = 137) =>
    aSeenPod({
      state: { waiting: { reason: "PodInitializing" } },
      status: {
        phase: "Failed",
        initContainerStatuses: [
          { name: "first", restartCount: 0, state: exited(0) },
          { name: "prepare", restartCount: 0, state: exited(code, how) },
        ],
      },
    });

  test.each([
    ["its exit code", init({}, 4), "failed", 4, "Exit", "prepare"],
    ["its own last words", init({ message: "no data\n" }, 4), "failed", 4, "Exit", "no data"],
    ["a signal", init({}, 139), "failed", 139, "Signal", "SIGSEGV"],
    ["its memory", init({ reason: "OOMKilled" }), "failed", 137, "OOMKilled", "prepare"],
    [
      "its command, which is missing",
      init({ reason: "StartError", message: "exec: no such file" }, 128),
      "crashed",
      128,
      "ConfigError",
      "no such file",
    ],
  ])("is judged by %s", (_, pod, outcome, statusCode, code, words) => {
    const seen = endOf(failedJob(), pod);

    expect(seen).toMatchObject({
      outcome,
      statusCode,
      attempts: 0,
      hasOutput: true,
      cause: { code, message: expect.stringContaining(words) },
    });
    expect(seen).toMatchObject({ cause: { message: expect.stringContaining("prepare") } });
    expect(logSourceOf(failedJob(), [pod])).toMatchObject({ container: "prepare" });
  });
});

test("a sidecar that ends with its pod is not why the pod failed", () => {
  const sidecar = { name: "proxy", restartCount: 0, state: exited(143) };
  const pod = aFailedPod(0, { beside: [{ name: "other", state: exited(3) }] });
  const spec = { ...pod.spec, initContainers: [{ name: "proxy", restartPolicy: "Always" }] };
  const status = { ...pod.status, initContainerStatuses: [sidecar] };

  expect(endOf(failedJob(), { ...pod, spec, status } as typeof pod)).toMatchObject({
    statusCode: 3,
    cause: { code: "Exit", message: expect.stringContaining("other") },
  });
});

describe("a Job of many pods", () => {
  const indexed = {
    completionMode: "Indexed",
    completions: 3,
    parallelism: 3,
    podFailurePolicy: undefined,
  };
  const ofIndex = (index: number, pod: Parameters<typeof aFailedPod>[1] = {}) => ({
    name: `pod-${index}`,
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { "batch.kubernetes.io/job-completion-index": `${index}` },
    },
  });
  const succeeded = (index: number, seconds: number) =>
    aSeenPod({ ...ofIndex(index), createdAt: at(seconds), phase: "Succeeded", state: exited(0) });

  test("is told by the pod that failed, not by the newest, and names its index", () => {
    const job = failedJob("BackoffLimitExceeded", "", indexed, { completedIndexes: "0,2" });
    const pods = [aFailedPod(3, ofIndex(1)), succeeded(0, 1), succeeded(2, 8)];

    expect(endOf(job, ...pods)).toMatchObject({
      statusCode: 3,
      cause: { message: expect.stringMatching(/failed index: 1$/) },
    });
    expect(logSourceOf(job, pods)).toMatchObject({ pod: "pod-1" });
  });

  test("is told by the pod that failed before the controller ended the others", () => {
    const job = failedJob("BackoffLimitExceeded", "", indexed);
    const ended = {
      metadata: { deletionTimestamp: at(12) },
      how: { finishedAt: at(12) },
      createdAt: at(3),
    };
    const pods = [aFailedPod(3, ofIndex(1)), aFailedPod(143, ofIndex(2, ended))];

    expect(endOf(job, ...pods)).toMatchObject({
      statusCode: 3,
      cause: { message: expect.stringMatching(/failed index: 1$/) },
    });
    expect(logSourceOf(job, pods)).toMatchObject({ pod: "pod-1" });
  });

  test("with a limit per index is told by an index that failed for good, and names all of them", () => {
    const spec = { ...indexed, completions: 9, backoffLimit: undefined, backoffLimitPerIndex: 1 };
    const status = { failedIndexes: "1,4-6", completedIndexes: "0,2-3,7-8" };
    const job = failedJob("FailedIndexes", "Job has failed indexes", spec, status);
    const pods = [
      aFailedPod(5, ofIndex(4, { createdAt: at(2) })),
      aFailedPod(9, ofIndex(7, { createdAt: at(6), how: { finishedAt: at(11) } })), // and then succeeded
      succeeded(8, 9),
    ];

    expect(endOf(job, ...pods)).toMatchObject({
      outcome: "failed",
      statusCode: 5,
      cause: { code: "Exit", message: expect.stringMatching(/failed indexes: 1,4-6$/) },
    });
    expect(logSourceOf(job, pods)).toMatchObject({ pod: "pod-4" });
  });

  test("is told by the pod that failed last", () => {
    const job = failedJob("BackoffLimitExceeded", "", {
      completions: 2,
      parallelism: 2,
      backoffLimit: 1,
    });
    const first = aFailedPod(3, { name: "slow", createdAt: at(1), how: { finishedAt: at(15) } });
    const second = aFailedPod(4, { name: "quick", createdAt: at(2) });

    expect(endOf(job, first, second)).toMatchObject({
      statusCode: 3,
      cause: { message: expect.stringContaining("pod slow") },
    });
  });

  test.each(["FailedIndexes", "MaxFailedIndexesExceeded", "BackoffLimitExceeded"])(
    "has failed by its command where its pods are gone and it says %s",
    (reason) => {
      const job = failedJob(
        reason,
        "Job has failed",
        { ...indexed, backoffLimit: 2 },
        { failedIndexes: "1" },
      );

      expect(endOf(job)).toMatchObject({
        outcome: "failed",
        statusCode: -1,
        cause: {
          code: "Exit",
          blame: "workload",
          retryable: false,
          message: expect.stringContaining(reason),
        },
      });
    },
  );
});
