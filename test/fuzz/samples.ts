const JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: {} },
  spec: {
    template: {
      spec: {
        parallelism: 1,
        completions: 1,
        restartPolicy: "Never",
        containers: [{ name: "prefect-job", env: [] }],
      },
    },
  },
};

/** Requests of every kind, with most of their fields. */
export const REQUESTS: readonly Record<string, unknown>[] = [
  {
    id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    infrastructure: {
      type: "process",
      command: ["sh", "-c", "true"],
      env: { A: "1", TOKEN: "c4n4ry", B: null },
      labels: { team: "x" },
      name: "nightly",
      stream_output: true,
      timeout_seconds: 5,
    },
  },
  {
    id: "b",
    action: "run",
    infrastructure: {
      type: "docker-container",
      image: "registry.test:5000/a/b:1",
      image_pull_policy: "ALWAYS",
      image_registry: { username: "u", password: "c4n4ry", registry_url: "registry.test:5000" },
      networks: ["a"],
      volumes: ["data:/data:ro", "/srv:/srv"],
      auto_remove: true,
      mem_limit: "512m",
      memswap_limit: -1,
      shm_size: 1_000,
      cpus: 1.5,
      gpus: ["0"],
      user: "1000:1000",
      extra_hosts: { a: "10.0.0.1" },
      devices: ["/dev/fuse:/dev/fuse:rw"],
      cap_add: ["CHOWN"],
      create_options: {
        StopTimeout: 5,
        HostConfig: { SecurityOpt: ["no-new-privileges"], Mounts: [] },
      },
    },
  },
  {
    id: "c",
    infrastructure: {
      type: "kubernetes-job",
      image: "busybox",
      namespace: "etl",
      env: { A: "1" },
      labels: { "a.b/c": "d" },
      job: JOB,
      cluster_config: "prod",
      customizations: [
        { op: "add", path: "/spec/template/spec/nodeSelector", value: { a: "b" } },
        { op: "copy", from: "/metadata/labels", path: "/metadata/annotations" },
        { op: "test", path: "/kind", value: "Job" },
        { op: "replace", path: "/spec/backoffLimit", value: 2 },
      ],
    },
  },
  { id: "d", action: "cancel", infrastructure: { type: "process" }, grace_seconds: 5 },
  { id: "e", infrastructure: { use: "nightly", env: { A: "2" } } },
  { Type: "Notification", Message: '{"id":"f","infrastructure":{"type":"process"}}' },
  { specversion: "1.0", type: "run", data: { id: "g", infrastructure: "nightly" } },
];

export const CONFIGURATIONS: readonly Record<string, unknown>[] = [
  {
    environment: { PREFECT_API_URL: "http://10.0.0.5:4200/api" },
    clusters: {
      prod: { eks: { name: "prod", region: "eu-west-1" }, namespaces: ["etl"] },
      lab: { kubeconfig: "${secret:lab}", context: "x" },
    },
    docker_hosts: {
      builders: {
        host: "tcp://10.0.1.7:2376",
        tls: { ca: "${ssm:/ca}", cert: "c", key: "${env:KEY}" },
      },
    },
    registries: { ghcr: { registry_url: "ghcr.io", username: "bot", password: "${file:/token}" } },
    infrastructures: {
      nightly: { type: "kubernetes-job", cluster_config: "prod", image: "etl:1" },
    },
    defaults: { "kubernetes-job": "prod", "docker-container": "builders" },
    retention_seconds: 3_600,
    logs: { tail_bytes: 1_024 },
    policy: {
      profile: "baseline",
      images: ["ghcr.io/**"],
      limits: { cpus: 1 },
      env: { deny: ["A*"] },
    },
  },
];

export const KUBECONFIGS: readonly Record<string, unknown>[] = [
  {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "x", user: "x", namespace: "etl" } }],
    clusters: [
      {
        name: "x",
        cluster: {
          server: "https://203.0.113.1",
          "certificate-authority-data": "LS0tLS1CRUdJTg==",
        },
      },
    ],
    users: [
      { name: "x", user: { token: "c4n4ry", "client-key-data": "x", exec: { command: "sh" } } },
    ],
  },
  { config: { clusters: [] }, context_name: "x" },
  { server: "https://203.0.113.1", token: "c4n4ry" },
];

/** What the cluster says of a run that failed. */
export const JOB_ANSWERS: readonly Record<string, unknown>[] = [
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: "nightly-zklycewkdo64v6wc",
      namespace: "etl",
      uid: "4f2a",
      resourceVersion: "12",
      creationTimestamp: "2026-01-02T03:04:05Z",
      deletionTimestamp: "2026-01-02T03:05:05Z",
      labels: { "slipway.dev/run": "zklycewkdo64v6wc", "slipway.dev/open": "true" },
      annotations: { "slipway.dev/id": "a", "slipway.dev/digest": "d", "slipway.dev/version": "1" },
      finalizers: ["slipway.dev/result"],
    },
    spec: {
      backoffLimit: 0,
      template: { spec: { containers: [{ name: "prefect-job", env: [] }] } },
    },
    status: {
      startTime: "2026-01-02T03:04:05Z",
      failed: 1,
      conditions: [
        {
          type: "Failed",
          status: "True",
          reason: "PodFailurePolicy",
          message:
            "Container prefect-job for pod etl/x failed with exit code 7 matching FailJob rule at index 0",
          lastTransitionTime: "2026-01-02T03:04:09Z",
        },
      ],
    },
  },
];

export const POD_ANSWERS: readonly Record<string, unknown>[] = [
  {
    metadata: {
      name: "x",
      namespace: "etl",
      creationTimestamp: "2026-01-02T03:04:05Z",
      labels: {},
    },
    spec: { nodeName: "n", containers: [{ name: "prefect-job" }] },
    status: {
      phase: "Failed",
      reason: "Evicted",
      conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }],
      containerStatuses: [
        {
          name: "prefect-job",
          restartCount: 0,
          state: {
            terminated: {
              exitCode: 137,
              reason: "OOMKilled",
              startedAt: "2026-01-02T03:04:06Z",
              finishedAt: "2026-01-02T03:04:08Z",
            },
          },
        },
      ],
    },
  },
  {
    metadata: { name: "y", namespace: "etl", creationTimestamp: "2026-01-02T03:04:05Z" },
    spec: { containers: [{ name: "prefect-job" }] },
    status: {
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" },
      ],
      containerStatuses: [
        {
          name: "prefect-job",
          state: { waiting: { reason: "ImagePullBackOff", message: "not found" } },
        },
      ],
    },
  },
];

export const CONTAINER_ANSWERS: readonly Record<string, unknown>[] = [
  {
    Id: "4f2a",
    Name: "/nightly-zklycewkdo64v6wc",
    Created: "2026-01-02T03:04:05.123456789Z",
    State: {
      Status: "exited",
      OOMKilled: false,
      ExitCode: 137,
      Error: "",
      StartedAt: "2026-01-02T03:04:06.123456789Z",
      FinishedAt: "2026-01-02T03:04:08.123456789Z",
    },
    Config: {
      Labels: {
        "dev.slipway.run": "zklycewkdo64v6wc",
        "dev.slipway.id": "a",
        "dev.slipway.version": "1",
      },
      Env: ["A=1"],
      Tty: false,
    },
  },
];
