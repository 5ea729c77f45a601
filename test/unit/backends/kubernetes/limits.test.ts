import { describe, expect, test } from "vitest";
import { demandOf } from "../../../../lib/backends/kubernetes/judge/limits.ts";
import {
  aFailedPod,
  anEvent,
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

const LATE = atMs(61);

describe("the limit of a start", () => {
  test.each([
    ["ImageNotFound", waiting("ErrImagePull", "manifest unknown")],
    ["ImageNotFound", waiting("ImagePullBackOff", "Back-off pulling image")],
    ["ImageNotFound", waiting("ErrImageNeverPull")],
    ["ImageAuth", waiting("ErrImagePull", "401 Unauthorized")],
    [
      "ImageAuth",
      waiting(
        "ErrImagePull",
        "pull access denied, repository does not exist or may require authorization",
      ),
    ],
    ["ImageInvalid", waiting("InvalidImageName")],
    ["ConfigError", waiting("CreateContainerConfigError", 'secret "x" not found')],
    ["ConfigError", waiting("RunContainerError")],
    ["NeverStarted", waiting("ContainerCreating")],
  ])("stops a run as %s when its container waits so", (code, state) => {
    const pods = [aSeenPod({ state })];

    expect(demandOf(aView({ pods, nowMs: LATE }))).toMatchObject({ kind: "stop", cause: { code } });
  });

  test.each([
    [
      "ImageAuth",
      [anEvent("Failed", "Failed to pull image: 403 Forbidden"), anEvent("BackOff", "Back-off")],
    ],
    ["ImageNotFound", [anEvent("BackOff", "Back-off")]],
  ])(
    "asks the events why an image was not pulled where the pod has forgotten: %s",
    (code, events) => {
      const pods = [aSeenPod({ state: waiting("ImagePullBackOff", "Back-off pulling image") })];

      expect(demandOf(aView({ pods, events, nowMs: LATE }))).toMatchObject({ cause: { code } });
    },
  );

  test("blames the platform where a registry does not answer", () => {
    const pods = [aSeenPod({ state: waiting("ErrImagePull", "dial tcp: i/o timeout") })];

    expect(demandOf(aView({ pods, nowMs: LATE }))).toMatchObject({
      cause: { code: "ImageNotFound", blame: "platform", retryable: true },
    });
  });

  test.each([
    ["ConfigError", "its containers still wait for that volume", waiting("PodInitializing")],
    ["NeverStarted", "an init container runs by now", running()],
    ["NeverStarted", "an init container has run by now", exited(0)],
  ])("stops a run as %s whose volume was not mounted at first, where %s", (code, _, state) => {
    const events = [anEvent("FailedMount", "failed to sync configmap cache: timed out")];
    const initContainerStatuses = [{ name: "init", state, lastState: {} }];
    const pods = [
      aSeenPod({
        status: {
          phase: "Pending",
          initContainerStatuses,
          containerStatuses: [{ name: "prefect-job", state: waiting("PodInitializing") }],
        },
      }),
    ];

    expect(demandOf(aView({ pods, events, nowMs: LATE }))).toMatchObject({ cause: { code } });
  });

  const beforeCommand = (state: object, lastState: object = {}, restartPolicy?: string) => ({
    ...aSeenPod(),
    spec: { containers: [], initContainers: [{ name: "proxy", restartPolicy }] },
    status: {
      phase: "Pending",
      initContainerStatuses: [{ name: "proxy", state, lastState, restartCount: 2 }],
      containerStatuses: [{ name: "prefect-job", state: waiting("PodInitializing") }],
    },
  });

  test.each([
    [
      "waits to run again",
      waiting("CrashLoopBackOff", "back-off 20s"),
      exited(9, { message: "dying" }),
    ],
    ["runs again", running(20), exited(9, { message: "dying" })],
    ["has just ended", exited(9, { message: "dying" }), {}],
  ])(
    "stops a run whose init container or sidecar ends again and again and %s",
    (_, state, last) => {
      const demands = [undefined, "Always"].map((policy) =>
        demandOf(aView({ pods: [beforeCommand(state, last, policy) as never], nowMs: LATE })),
      );

      const end = { kind: "stop", statusCode: 9, cause: { code: "Exit", blame: "workload" } };
      expect(demands).toMatchObject([end, end]);
      expect(demands.map((demand) => demand?.kind === "stop" && demand.cause.message)).toEqual([
        expect.stringMatching(
          /^the init container proxy ended with exit code 9: dying; after 60 s/,
        ),
        expect.stringMatching(/^the sidecar proxy ended with exit code 9: dying; after 60 s/),
      ]);
    },
  );

  test.each([
    ["OOMKilled", 137, { reason: "OOMKilled" }],
    ["ConfigError", 128, { reason: "StartError", message: "no such file" }],
    ["Signal", 139, {}],
  ])("stops a run as %s whose init container ends so again and again", (code, exitCode, how) => {
    const pod = beforeCommand(waiting("CrashLoopBackOff"), exited(exitCode, how));

    expect(demandOf(aView({ pods: [pod as never], nowMs: LATE }))).toMatchObject({
      cause: { code, message: expect.stringContaining("the init container proxy") },
    });
  });

  test("names the init container that a run still waits for", () => {
    const pod = beforeCommand(running());

    expect(demandOf(aView({ pods: [pod as never], nowMs: LATE }))).toMatchObject({
      cause: { code: "NeverStarted", message: expect.stringContaining("proxy") },
    });
  });

  test("stops a run as unschedulable where no node takes it", () => {
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" },
    ];
    const pods = [aSeenPod({ status: { phase: "Pending", conditions } })];

    expect(demandOf(aView({ pods, nowMs: LATE }))).toMatchObject({
      cause: { code: "Unschedulable", message: "0/3 nodes" },
    });
  });

  test.each([
    ["nothing else is known", []],
    ["it was scheduled late", [anEvent("FailedScheduling", "0/1 nodes are available")]],
  ])(
    "does not say that a pod never started whose node says nothing of it, where %s",
    (_, events) => {
      const pods = [aSeenPod()];

      expect(demandOf(aView({ pods, events, nowMs: LATE }))).toMatchObject({
        cause: { code: "NodeLost", message: expect.stringContaining("node-1"), retryable: true },
      });
    },
  );

  test.each([
    ["QuotaExceeded", "pods is forbidden: exceeded quota: q"],
    ["QuotaExceeded", "pods is forbidden: status unknown for quota: q, resources: pods"],
    ["ConfigError", "pods is forbidden: failed quota: q: must specify limits.cpu for: prefect-job"],
    ["AdmissionDenied", "pods is forbidden: maximum cpu usage per Container is 1, but limit is 2"],
    ["ConfigError", 'error looking up service account default/x: serviceaccount "x" not found'],
    ["ConfigError", "pods is forbidden: no PriorityClass with name high was found"],
    ["AdmissionDenied", 'pods is forbidden: violates PodSecurity "restricted:latest"'],
    ["AdmissionDenied", 'admission webhook "x" denied the request'],
    ["NeverStarted", 'Internal error occurred: cannot make pods "forbidden-city-7kq2-x"'],
    ["NeverStarted", "something of tomorrow"],
  ])("stops a run as %s where its Job gets no pod because: %s", (code, message) => {
    const events = [anEvent("FailedCreate", message)];

    expect(demandOf(aView({ events, nowMs: LATE }))).toMatchObject({ cause: { code } });
  });

  test.each([
    ["its time is not up", { nowMs: atMs(59) }],
    ["the cluster's time is not known", { nowMs: Number.NaN }],
    ["a pod has left Pending", { pods: [aSeenPod({ phase: "Running", state: running() })] }],
    ["its first pod has failed already", { job: aSeenJob({ status: { failed: 1 } }) }],
    ["its pods may not be read", { pods: undefined }],
    ["its user suspends it", { job: aSeenJob({ spec: { suspend: true } }) }],
    [
      "it was resumed just now",
      {
        job: aSeenJob({
          status: {
            conditions: [{ type: "Suspended", status: "False", lastTransitionTime: at(30) }],
          },
        }),
      },
    ],
    ["it asks for more time", { job: aSeenJob({ fields: { pod_watch_timeout_seconds: 120 } }) }],
    ["it is done", { job: aSeenJob({ status: { conditions: [condition("Complete")] } }) }],
    [
      "its result is out",
      { job: aSeenJob({ labels: { "slipway.dev/open": undefined as never } }) },
    ],
    ["it is not to be understood", { job: aSeenJob({ labels: { "slipway.dev/run": "x" } }) }],
  ])("leaves a run alone where %s", (_, view) => {
    expect(demandOf(aView({ nowMs: LATE, ...view }))).toBeUndefined();
  });
});

describe("an outage of the cluster", () => {
  const inOutage = { nowMs: atMs(610), returnMs: atMs(600) };

  test("gives a run its whole time to start once everybody may be back", () => {
    expect(demandOf(aView(inOutage))).toBeUndefined();
    expect(demandOf(aView({ ...inOutage, nowMs: atMs(660) }))).toMatchObject({
      cause: { code: "NeverStarted" },
    });
  });

  test("loses no node before its kubelet may be back", () => {
    const gone = { metadata: { deletionTimestamp: at(30), ownerReferences: [] } };
    const pods = [aSeenPod({ phase: "Running", state: running(), ...gone })];

    expect(demandOf(aView({ pods, nowMs: atMs(599), returnMs: atMs(600) }))).toBeUndefined();
    expect(demandOf(aView({ pods, nowMs: atMs(600), returnMs: atMs(600) }))).toMatchObject({
      cause: { code: "NodeLost" },
    });
  });
});

describe("the limit of a Job's end", () => {
  const ended = [aSeenPod({ phase: "Succeeded", state: exited(0) })]; // its kubelet wrote that at 10 s

  test("stops a run whose Job was not finished in time, by the API server's clock alone", () => {
    expect(demandOf(aView({ pods: ended, nowMs: atMs(14) }))).toBeUndefined();
    expect(demandOf(aView({ pods: ended, nowMs: atMs(15) }))).toMatchObject({
      kind: "stop",
      cause: { code: "DidNotComplete" },
    });
  });

  test("waits for controllers that are at work or on their way back, and not for ever", () => {
    const at = (seconds: number, controllerSeconds: number) =>
      demandOf(aView({ pods: ended, nowMs: atMs(seconds), controllerMs: atMs(controllerSeconds) }));

    expect(at(44, 40)).toBeUndefined();
    expect(at(45, 40)).toMatchObject({ cause: { code: "DidNotComplete" } });
    expect(at(614, 612)).toBeUndefined();
    expect(at(615, 612)).toMatchObject({ cause: { code: "DidNotComplete" } });
  });

  test.each([
    ["more completions are to come", { job: aSeenJob({ spec: { completions: 2 } }) }],
    [
      "it will be tried again",
      { job: aSeenJob({ spec: { backoffLimit: 1 } }), pods: [aFailedPod(1)] },
    ],
    [
      "another pod runs",
      { pods: [...ended, aSeenPod({ name: "pod-2", phase: "Running", state: running() })] },
    ],
  ])("leaves a run alone where %s", (_, view) => {
    expect(demandOf(aView({ pods: ended, nowMs: atMs(600), ...view }))).toBeUndefined();
  });
});

describe("a node that does not answer", () => {
  const gone = { metadata: { deletionTimestamp: at(30), ownerReferences: [] } };
  const pods = [aSeenPod({ phase: "Running", state: running(), ...gone })];

  test("loses its run half a minute after its pod was to be gone", () => {
    expect(demandOf(aView({ pods, nowMs: atMs(60) }))).toBeUndefined();
    expect(demandOf(aView({ pods, nowMs: atMs(61) }))).toMatchObject({
      cause: { code: "NodeLost", message: expect.stringContaining("node-1") },
    });
  });

  test("loses nothing where another pod takes its place", () => {
    const both = [...pods, aSeenPod({ name: "pod-2", phase: "Running", state: running() })];

    expect(demandOf(aView({ pods: both, nowMs: atMs(600) }))).toBeUndefined();
  });
});

describe("a deletion by hand", () => {
  const job = aSeenJob({ metadata: { deletionTimestamp: at(15) } });
  const pod = { phase: "Running", state: running() };

  test("is meant for the pods, too", () => {
    expect(demandOf(aView({ job, pods: [aSeenPod(pod)] }))).toMatchObject({
      kind: "stop",
      cause: { code: "Removed", blame: "user" },
    });
  });

  test.each([
    ["an orphan", { ownerReferences: [] }],
    ["a pod that is going already", { deletionTimestamp: at(16) }],
  ])("leaves %s alone", (_, metadata) => {
    expect(demandOf(aView({ job, pods: [aSeenPod({ ...pod, metadata })] }))).toBeUndefined();
  });
});

describe("a stop that somebody began", () => {
  const annotations = {
    "slipway.dev/stop": JSON.stringify({
      cause: { code: "Cancelled", blame: "user", retryable: false, message: "", hint: "" },
      at: at(5),
      attempts: 0,
    }),
  };

  test("is finished where the Job may go on still", () => {
    expect(demandOf(aView({ job: aSeenJob({ annotations }) }))).toMatchObject({
      kind: "finish-stop",
    });
  });

  test("is left to the controllers once they have their orders", () => {
    const job = aSeenJob({ annotations, spec: { activeDeadlineSeconds: 0 } });

    expect(demandOf(aView({ job }))).toBeUndefined();
  });
});
