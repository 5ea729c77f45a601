import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCreateRequest } from "../../../../lib/backends/docker/request/create-request.ts";
import stored from "../../../fixtures/docker/prefect-2.2-blocks.json" with { type: "json" };
import { aSpec } from "../../../support/builders.ts";
import { aDockerRun, LINUX, problemsOf, requestOf } from "../../../support/docker-runs.ts";

const LOCAL_API = { PREFECT_API_URL: "http://127.0.0.1:4200/api" };

describe("a stored Prefect 2.2 block", () => {
  test.each(stored.blocks)("gives the settings that Prefect would use: $title", (known) => {
    const { type, ...fields } = known.block;
    const request = requestOf(fields);

    expect(aSpec("docker-container", fields).type).toBe(type);
    expect(request.pullPolicy).toBe(known.pullPolicy);
    expect(request.body).toMatchObject(known.create);
  });

  test("keeps its labels under Docker's names", () => {
    const { body } = requestOf({ labels: { "prefect.io/flow-run-id": "b7f6", team: "etl" } });

    expect(body.Labels).toMatchObject({ "io.prefect.flow-run-id": "b7f6", team: "etl" });
  });
});

describe("the create request", () => {
  test("says everything that is ours and nothing that would undo it", () => {
    const { name, body } = requestOf({ name: "Nightly", timeout_seconds: 60, auto_remove: true });

    expect(name).toMatch(/^Nightly-[a-z2-7]{16}$/);
    expect(body.Labels).toMatchObject({
      "dev.slipway.id": "run-1",
      "dev.slipway.run": name.slice("Nightly-".length),
      "dev.slipway.name": "Nightly",
      "dev.slipway.timeout": "60",
      "dev.slipway.auto-remove": "true",
    });
    expect(body.HostConfig).toMatchObject({ AutoRemove: false, RestartPolicy: { Name: "no" } });
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ mem_limit: "512m" }, { Memory: 536_870_912 }],
    [
      { mem_limit: 6_291_456, memswap_limit: -1 },
      { Memory: 6_291_456, MemorySwap: -1 },
    ],
    [
      { memswap_limit: "1g", shm_size: "64m" },
      { MemorySwap: 1_073_741_824, ShmSize: 67_108_864 },
    ],
    [{ cpus: 1.5 }, { NanoCpus: 1_500_000_000 }],
    [{ gpus: "all" }, { DeviceRequests: [{ Driver: "", Count: -1, Capabilities: [["gpu"]] }] }],
    [{ gpus: 2 }, { DeviceRequests: [{ Driver: "", Count: 2, Capabilities: [["gpu"]] }] }],
    [
      { gpus: ["GPU-1"] },
      { DeviceRequests: [{ Driver: "", DeviceIDs: ["GPU-1"], Capabilities: [["gpu"]] }] },
    ],
    [
      { devices: ["/dev/fuse", "/dev/a:/dev/b:r"] },
      {
        Devices: [
          { PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" },
          { PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "r" },
        ],
      },
    ],
    [
      { privileged: true, cap_add: ["SYS_PTRACE"], cap_drop: ["ALL"] },
      { Privileged: true, CapAdd: ["SYS_PTRACE"], CapDrop: ["ALL"] },
    ],
    [
      { pids_limit: 99, read_only: true, init: true },
      { PidsLimit: 99, ReadonlyRootfs: true, Init: true },
    ],
    [
      { extra_hosts: ["db:10.0.0.1"] },
      { ExtraHosts: ["db:10.0.0.1", "host.docker.internal:host-gateway"] },
    ],
    [
      { extra_hosts: { db: "10.0.0.1", "host.docker.internal": "10.0.0.2" } },
      { ExtraHosts: ["db:10.0.0.1", "host.docker.internal:10.0.0.2"] },
    ],
    [{ volumes: ["/a:/b"] }, { Binds: ["/a:/b"] }],
  ])("turns %j into %j", (fields, hostConfig) => {
    expect(requestOf(fields).body.HostConfig).toMatchObject(hostConfig);
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ user: "1000:1000" }, { User: "1000:1000" }],
    [{ working_dir: "/srv" }, { WorkingDir: "/srv" }],
    [{ hostname: "box" }, { Hostname: "box" }],
    [{ entrypoint: ["/bin/sh", "-c"] }, { Entrypoint: ["/bin/sh", "-c"] }],
  ])("turns %j into %j beside the HostConfig", (fields, body) => {
    expect(requestOf(fields).body).toMatchObject(body);
  });

  test("bounds what the engine keeps of the output, unless another driver is the engine's or the request's", () => {
    const chosen = { create_options: { HostConfig: { LogConfig: { Type: "journald" } } } };

    expect(requestOf().body.HostConfig.LogConfig).toMatchObject({ Config: { "max-size": "16m" } });
    expect(requestOf({}, {}, { logDriver: "fluentd" }).body.HostConfig).not.toHaveProperty(
      "LogConfig",
    );
    expect(requestOf(chosen).body.HostConfig.LogConfig).toEqual({ Type: "journald" });
  });

  test("passes the trace on, below what the request itself sets", () => {
    const traced = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const envOf = (env: Record<string, string>) =>
      buildCreateRequest(aDockerRun({ env }, traced), LINUX).body.Env;

    expect(envOf({})).toContain(`TRACEPARENT=${traced.traceparent}`);
    expect(envOf({ TRACEPARENT: "own" })).toContain("TRACEPARENT=own");
  });
});

describe("the network", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>, object, string | undefined]>([
    ["nothing said", {}, {}, {}, undefined],
    ["a base API here", {}, LOCAL_API, {}, "host"],
    ["a base API here, the engine elsewhere", {}, LOCAL_API, { local: false }, undefined],
    ["a base API here, Docker Desktop", {}, LOCAL_API, { linux: false }, undefined],
    ["a base API elsewhere", {}, { PREFECT_API_URL: "http://10.0.0.5:4200/api" }, {}, undefined],
    ["its own API here", { env: { PREFECT_API_URL: "http://localhost:4200" } }, {}, {}, "host"],
    [
      "its own API elsewhere",
      { env: { PREFECT_API_URL: "http://x/api" } },
      LOCAL_API,
      {},
      undefined,
    ],
    ["the base API unset", { env: { PREFECT_API_URL: null } }, LOCAL_API, {}, undefined],
    ["a look-alike", { env: { PREFECT_API_URL: "http://localhost.evil.com/" } }, {}, {}, undefined],
    ["networks", { networks: ["a", "b"] }, LOCAL_API, {}, "a"],
    ["a mode", { network_mode: "none" }, LOCAL_API, {}, "none"],
  ])("with %s", (_title, fields, base, engine, mode) => {
    expect(requestOf(fields, base, engine).body.HostConfig.NetworkMode).toBe(mode);
  });

  test("is given once: networks or a mode", () => {
    expect(problemsOf({ networks: ["a"], network_mode: "host" })).toHaveProperty(
      "infrastructure.network_mode",
    );
    const options = { HostConfig: { NetworkMode: "host" } };
    expect(problemsOf({ networks: ["a"], create_options: options })).toHaveProperty(
      "infrastructure.create_options.HostConfig.NetworkMode",
    );
  });

  test("of the host is worth a warning where the engine is not a Linux one", () => {
    expect(requestOf({ network_mode: "host" }, {}, { linux: false }).warnings).toHaveLength(1);
    expect(requestOf({ network_mode: "host" }).warnings).toEqual([]);
  });
});

describe("the way to the host", () => {
  const ADDED = ["host.docker.internal:host-gateway"];
  test.each<[string, Record<string, unknown>, object, unknown, number]>([
    ["nothing said", {}, {}, ADDED, 0],
    ["its own API here", { env: { PREFECT_API_URL: "http://localhost:1" } }, {}, ADDED, 0],
    [
      "its own API at the alias",
      { env: { PREFECT_API_URL: "http://host.docker.internal" } },
      {},
      ADDED,
      0,
    ],
    ["its own API elsewhere", { env: { PREFECT_API_URL: "http://x" } }, {}, undefined, 0],
    ["an engine before 20.10", {}, { hostGateway: false }, undefined, 1],
    ["Docker Desktop, which has it", {}, { linux: false }, undefined, 0],
  ])("with %s", (_title, fields, engine, hosts, warnings) => {
    const request = requestOf(fields, {}, engine);

    expect(request.body.HostConfig.ExtraHosts).toEqual(hosts);
    expect(request.warnings).toHaveLength(warnings);
  });

  test.each<[string, Record<string, unknown>, Record<string, string>, object, string | undefined]>([
    ["moved", { network_mode: "bridge" }, LOCAL_API, {}, "http://host.docker.internal:4200/api"],
    [
      "moved on another machine",
      {},
      LOCAL_API,
      { local: false },
      "http://host.docker.internal:4200/api",
    ],
    ["left in the host's network", {}, LOCAL_API, {}, LOCAL_API.PREFECT_API_URL],
    ["left elsewhere", {}, { PREFECT_API_URL: "http://x/localhost" }, {}, "http://x/localhost"],
    [
      "the request's own, left",
      { network_mode: "bridge", env: { PREFECT_API_URL: "http://localhost:1" } },
      LOCAL_API,
      {},
      "http://localhost:1",
    ],
    ["unset", { env: { PREFECT_API_URL: null } }, LOCAL_API, {}, undefined],
  ])("the base API's URL is %s", (_title, fields, base, engine, url) => {
    const given = requestOf(fields, base, engine).body.Env.find((one) =>
      one.startsWith("PREFECT_API_URL="),
    );

    expect(given).toBe(url && `PREFECT_API_URL=${url}`);
  });
});

describe("what is refused", () => {
  const mark = `etl-${"a".repeat(16)}.done`;
  const options = (create_options: object) => ({ create_options });
  const inHost = (HostConfig: object) => options({ HostConfig });

  test("a volume without a colon, in Prefect's words", () => {
    expect(problemsOf({ volumes: ["/a:/b", "nowhere"] })).toEqual({
      "infrastructure.volumes[1]":
        "Invalid volume specification. Expected format 'path:container_path', but got 'nowhere'",
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["another run's mark", { volumes: [`${mark}:/x`] }, "volumes"],
    ["a mark as a mount", inHost({ Mounts: [{ type: "volume", source: mark }] }), "volumes"],
    ["a mark as a bind", inHost({ Binds: [`${mark}:/x:ro`] }), "volumes"],
    ["AutoRemove", inHost({ AutoRemove: true }), "create_options.HostConfig.AutoRemove"],
    [
      "AutoRemove in lower case",
      inHost({ autoremove: true }),
      "create_options.HostConfig.autoremove",
    ],
    [
      "a look-alike of HostConfig",
      options({ "Ho\u017ftConfig": {} }),
      'create_options["Ho\u017ftConfig"]',
    ],
    [
      "a restart policy",
      inHost({ RestartPolicy: { Name: "always" } }),
      "create_options.HostConfig.RestartPolicy",
    ],
    [
      "a second restart policy",
      inHost({ RestartPolicy: { Name: "no", name: "always" } }),
      "create_options.HostConfig.RestartPolicy",
    ],
    ["HostConfig as null", options({ HostConfig: null }), "create_options.HostConfig"],
    ["our labels", options({ Labels: { "dev.slipway.id": "x" } }), "create_options.Labels"],
    ["labels as a list", options({ Labels: [] }), "create_options.Labels"],
    ["a name", options({ name: "foreign" }), "create_options.name"],
    ["a Name", options({ Name: "foreign" }), "create_options.Name"],
    ["an image", options({ Image: "other" }), "create_options.Image"],
    ["an environment", options({ Env: ["SLIPWAY_RUN_ID=x"] }), "create_options.Env"],
    [
      "our label by Docker's name",
      { labels: { "dev.slipway.id": "x" } },
      'labels["dev.slipway.id"]',
    ],
    [
      "our label by another name",
      { labels: { "slipway.dev/id": "x" } },
      'labels["slipway.dev/id"]',
    ],
    ["memory of 1e999g", { mem_limit: "1e999g" }, "mem_limit"],
    ["memory of -1", { mem_limit: "-1" }, "mem_limit"],
  ])("%s", (_title, fields, path) => {
    expect(Object.keys(problemsOf(fields))).toContain(`infrastructure.${path}`);
  });

  test.each<[Record<string, unknown>, string, string]>([
    [options({ Tty: "yes" }), "create_options.Tty", "expected boolean, got string"],
    [
      inHost({ Memory: "64m" }),
      "create_options.HostConfig.Memory",
      "expected a whole number, got string; mem_limit takes sizes such as 512m",
    ],
    [
      inHost({ CpuShares: 1.5 }),
      "create_options.HostConfig.CpuShares",
      "expected a whole number of 64 bits",
    ],
    [
      options({ Cmd: [5] }),
      "create_options.Cmd",
      "expected a string or an array of strings, got array",
    ],
    [
      inHost({ PortBindings: { "80/tcp": [{ HostPort: 80 }] } }),
      'create_options.HostConfig.PortBindings["80/tcp"][0].HostPort',
      "expected string, got number",
    ],
    [
      inHost({ Mounts: [{ type: "tmpfs", target: 5 }] }),
      "create_options.HostConfig.Mounts[0].target",
      "expected string, got number",
    ],
    [
      inHost({ Binds: ["/a:/b:readonly"] }),
      "create_options.HostConfig.Binds[0]",
      "has unknown options; there are ro, rw, z, Z, private, rprivate, slave, rslave, shared, rshared, nocopy, consistent, cached, delegated",
    ],
    [
      { volumes: ["/a:/b", "C:\\data:/data"] },
      "volumes[1]",
      "a path of Windows leads nowhere on a Linux engine",
    ],
    [
      { volumes: [":/x"] },
      "volumes[0]",
      "its source is empty; expected source:path or source:path:options",
    ],
    [{ volumes: ["/tmp:x"] }, "volumes[0]", "its path in the container must be absolute"],
  ])("a type or a volume that the engine does not take: %j", (fields, path, message) => {
    expect(problemsOf(fields)).toEqual({ [`infrastructure.${path}`]: message });
  });

  test("not a path of Windows where the engine may be one of Windows", () => {
    const { body } = requestOf({ volumes: ["C:\\data:/data"] }, {}, { linux: false });

    expect(body.HostConfig.Binds).toEqual(["C:\\data:/data"]);
  });

  test("nothing that the engine's decoder takes", () => {
    const create_options = {
      Cmd: ["one"],
      Tty: null,
      HostConfig: { CapAdd: ["SYS_PTRACE"], Memory: 1e8, Init: null, Brandnew: { x: 1 } },
    };

    expect(requestOf({ create_options }).body).toMatchObject(create_options);
  });

  test("one string where a list is meant, which engine 29 no longer takes", () => {
    const { body } = requestOf({
      cap_add: ["KILL"],
      create_options: { Cmd: "one", HostConfig: { CapAdd: "SYS_PTRACE" } },
    });

    expect(body).toMatchObject({ Cmd: ["one"], HostConfig: { CapAdd: ["KILL", "SYS_PTRACE"] } });
  });

  test("everything at once", () => {
    const problems = problemsOf({
      mem_limit: "x",
      volumes: ["y"],
      labels: { "slipway.dev/run": "z" },
    });

    expect(Object.keys(problems).sort()).toEqual([
      'infrastructure.labels["slipway.dev/run"]',
      "infrastructure.mem_limit",
      "infrastructure.volumes[0]",
    ]);
  });

  test.each(["169.254.169.254:80/x", "[fe80::1]/x", "[fd00:ec2::254]:80/x"])(
    "the image %s, whose registry is a cloud's metadata",
    (image) => {
      expect(() => requestOf({ image })).toThrow(expect.objectContaining({ code: "ImageInvalid" }));
    },
  );
});

describe("create_options", () => {
  test("merge objects, append lists in HostConfig and replace the rest", () => {
    const { body } = requestOf({
      command: ["a"],
      labels: { team: "etl" },
      volumes: ["/a:/a"],
      create_options: {
        Cmd: ["b"],
        Tty: true,
        Labels: { more: "yes" },
        ExposedPorts: { "80/tcp": {} },
        HostConfig: { Binds: ["/b:/b"], Sysctls: { "net.core.somaxconn": "9" }, Brandnew: 1 },
      },
    });

    expect(body).toMatchObject({
      Cmd: ["b"],
      Tty: true,
      Labels: { team: "etl", more: "yes", "dev.slipway.id": "run-1" },
      ExposedPorts: { "80/tcp": {} },
      HostConfig: {
        AutoRemove: false,
        Binds: ["/a:/a", "/b:/b"],
        Sysctls: { "net.core.somaxconn": "9" },
        Brandnew: 1,
      },
    });
  });

  test("never change what keeps the promises, whatever they hold", () => {
    const key = fc.constantFrom(
      "AutoRemove",
      "autoRemove",
      "RestartPolicy",
      "Labels",
      "labels",
      "Binds",
      "HostConfig",
      "toString",
      "x",
    );
    const leaf = fc.oneof(
      fc.boolean(),
      fc.string(),
      fc.constant(null),
      fc.constant({ Name: "always" }),
    );
    const record = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)));

    fc.assert(
      fc.property(record, (create_options) => {
        try {
          const { body } = requestOf({ create_options });

          expect(body.HostConfig).toMatchObject({
            AutoRemove: false,
            RestartPolicy: { Name: "no" },
          });
          expect(body.Labels).toMatchObject({ "dev.slipway.id": "run-1" });
        } catch (error) {
          expect(error).toMatchObject({ code: "Invalid" });
        }
      }),
    );
  });
});
