import { describe, expect, test } from "vitest";
import { buildCreateRequest } from "../../../lib/backends/docker/request/create-request.ts";
import { checkPolicy } from "../../../lib/policy/check-policy.ts";
import { aRun, aSpec } from "../../support/builders.ts";
import { aPolicy } from "../../support/policies.ts";

const target = { type: "docker-container" as const, name: "builders" };
const engine = {
  linux: true,
  local: false,
  kind: "docker" as const,
  hostGateway: true,
  logDriver: "json-file",
};

function denials(policy: Record<string, unknown>, fields: Record<string, unknown> = {}, env = {}) {
  const run = aRun(aSpec("docker-container", { image: "busybox:1", ...fields }), target);
  return checkPolicy(aPolicy(policy, env), { run, create: buildCreateRequest(run, engine).body });
}

const denied = (rule: string, path: string) =>
  expect.objectContaining({ path, message: expect.stringContaining(`rule ${rule} (`) });

const options = (create_options: object) => ({ create_options });
const hostOptions = (HostConfig: object) => options({ HostConfig });

/** What the profile restricted asks of every container. */
const HARDENED = {
  user: "1000:1000",
  cap_drop: ["ALL"],
  create_options: {
    HostConfig: { SecurityOpt: ["no-new-privileges:true", "seccomp=default.json"] },
  },
};

describe("what a plain request makes", () => {
  test.each([
    ["trusted", {}],
    ["baseline", { networks: ["a", "b"], mem_limit: "1g", cpus: 1, shm_size: "64m", init: true }],
    ["restricted", HARDENED],
  ])("passes the profile %s", (profile, fields) => {
    const plain = { env: { A: "1" }, labels: { team: "x" }, name: "n", volumes: ["cache:/cache"] };

    expect(denials({ profile }, { ...plain, ...fields })).toEqual([]);
  });

  test("does not pass the profile restricted without its promises", () => {
    expect(denials({ profile: "restricted" })).toEqual([
      denied("drop-capabilities", "/HostConfig/CapDrop"),
      denied("run-as-non-root", "/User"),
      denied("privilege-escalation", "/HostConfig/SecurityOpt"),
    ]);
  });
});

describe("the profile baseline denies", () => {
  test.each([
    ["privileged", { privileged: true }, "privileged", "/HostConfig/Privileged"],
    [
      "privileged by options",
      hostOptions({ Privileged: true }),
      "privileged",
      "/HostConfig/Privileged",
    ],
    ["the host's network", { network_mode: "host" }, "host-namespaces", "/HostConfig/NetworkMode"],
    [
      "another container's network",
      { network_mode: "container:x" },
      "host-namespaces",
      "/HostConfig/NetworkMode",
    ],
    [
      "the host's processes",
      hostOptions({ PidMode: "host" }),
      "host-namespaces",
      "/HostConfig/PidMode",
    ],
    [
      "another container's processes",
      hostOptions({ PidMode: "container:x" }),
      "host-namespaces",
      "/HostConfig/PidMode",
    ],
    ["the host's IPC", hostOptions({ IpcMode: "host" }), "host-namespaces", "/HostConfig/IpcMode"],
    [
      "the host's users",
      hostOptions({ UsernsMode: "host" }),
      "host-namespaces",
      "/HostConfig/UsernsMode",
    ],
    ["the host's name", hostOptions({ UTSMode: "host" }), "host-namespaces", "/HostConfig/UTSMode"],
    [
      "the host's cgroups",
      hostOptions({ CgroupnsMode: "host" }),
      "host-namespaces",
      "/HostConfig/CgroupnsMode",
    ],
    [
      "a parent of cgroups",
      hostOptions({ CgroupParent: "/x" }),
      "fields",
      "/HostConfig/CgroupParent",
    ],
    ["an added capability", { cap_add: ["SYS_ADMIN"] }, "capabilities", "/HostConfig/CapAdd/0"],
    ["every capability", { cap_add: ["all"] }, "capabilities", "/HostConfig/CapAdd/0"],
    ["the host's root", { volumes: ["/:/h"] }, "host-paths", "/HostConfig/Binds/0"],
    [
      "Docker's socket",
      { volumes: ["/var/run/docker.sock:/s"] },
      "host-paths",
      "/HostConfig/Binds/0",
    ],
    ["a path with dots", { volumes: ["../etc:/h"] }, "host-paths", "/HostConfig/Binds/0"],
    [
      "a mount of the host",
      hostOptions({ Mounts: [{ Type: "bind", Source: "/", Target: "/h" }] }),
      "host-paths",
      "/HostConfig/Mounts/0/Source",
    ],
    [
      "a mount by a driver",
      hostOptions({
        Mounts: [
          {
            Type: "volume",
            Target: "/h",
            VolumeOptions: { DriverConfig: { Options: { device: "/" } } },
          },
        ],
      }),
      "fields",
      "/HostConfig/Mounts/0/VolumeOptions/DriverConfig",
    ],
    [
      "a mount of another type",
      hostOptions({ Mounts: [{ Type: "cluster", Source: "x", Target: "/h" }] }),
      "volume-types",
      "/HostConfig/Mounts/0/Type",
    ],
    [
      "a driver of volumes",
      hostOptions({ VolumeDriver: "mine" }),
      "fields",
      "/HostConfig/VolumeDriver",
    ],
    [
      "another container's volumes",
      hostOptions({ VolumesFrom: ["x"] }),
      "fields",
      "/HostConfig/VolumesFrom",
    ],
    ["a device", { devices: ["/dev/kmsg"] }, "devices", "/HostConfig/Devices/0/PathOnHost"],
    [
      "a rule for devices",
      hostOptions({ DeviceCgroupRules: ["a *:* rwm"] }),
      "fields",
      "/HostConfig/DeviceCgroupRules",
    ],
    [
      "seccomp off",
      hostOptions({ SecurityOpt: ["seccomp=unconfined"] }),
      "seccomp",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "seccomp off, as it was spelled",
      hostOptions({ SecurityOpt: ["seccomp:unconfined"] }),
      "seccomp",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "AppArmor off",
      hostOptions({ SecurityOpt: ["apparmor=unconfined"] }),
      "apparmor",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "SELinux off",
      hostOptions({ SecurityOpt: ["label=disable"] }),
      "selinux",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "/proc unmasked",
      hostOptions({ SecurityOpt: ["systempaths=unconfined"] }),
      "proc-mount",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "/proc unmasked by paths",
      hostOptions({ MaskedPaths: [] }),
      "fields",
      "/HostConfig/MaskedPaths",
    ],
    [
      "an option that nobody knows yet",
      hostOptions({ SecurityOpt: ["writable-cgroups=true"] }),
      "security-options",
      "/HostConfig/SecurityOpt/0",
    ],
    [
      "another runtime",
      hostOptions({ Runtime: "runc-privileged" }),
      "runtime-classes",
      "/HostConfig/Runtime",
    ],
    [
      "a kernel setting",
      hostOptions({ Sysctls: { "kernel.msgmax": "1" } }),
      "sysctls",
      "/HostConfig/Sysctls/kernel.msgmax",
    ],
    [
      "a published port",
      hostOptions({ PortBindings: { "80/tcp": [{ HostPort: "80" }] } }),
      "host-ports",
      "/HostConfig/PortBindings/80/tcp",
    ],
    [
      "every port published",
      hostOptions({ PublishAllPorts: true }),
      "host-ports",
      "/HostConfig/PublishAllPorts",
    ],
    [
      "a log that leaves the host",
      hostOptions({ LogConfig: { Type: "syslog", Config: { "syslog-address": "tcp://x" } } }),
      "log-drivers",
      "/HostConfig/LogConfig/Type",
    ],
    [
      "a working directory in /proc",
      { working_dir: "/proc/self/fd/8" },
      "working-directory",
      "/WorkingDir",
    ],
    ["the loader's variables", { env: { LD_PRELOAD: "/x" } }, "env-names", "/Env/0"],
    ["a registry on loopback", { image: "127.0.0.1:5000/x" }, "special-hosts", "/Image"],
    [
      "a field that nobody knows yet",
      hostOptions({ HostEverything: true }),
      "fields",
      "/HostConfig/HostEverything",
    ],
  ])("%s", (_what, fields, rule, path) => {
    expect(denials({ profile: "baseline" }, fields)).toContainEqual(denied(rule, path));
    expect(denials({ profile: "trusted" }, fields)).toEqual([]);
  });
});

describe("the profile restricted denies also", () => {
  test.each([
    ["root by name", { ...HARDENED, user: "root" }, "run-as-non-root", "/User"],
    ["root by number", { ...HARDENED, user: "00:1000" }, "run-as-non-root", "/User"],
    [
      "a capability of baseline's",
      { ...HARDENED, cap_add: ["CHOWN"] },
      "capabilities",
      "/HostConfig/CapAdd/0",
    ],
    [
      "escalation said out loud",
      { ...HARDENED, ...hostOptions({ SecurityOpt: ["no-new-privileges=false"] }) },
      "privilege-escalation",
      "/HostConfig/SecurityOpt",
    ],
  ])("%s", (_what, fields, rule, path) => {
    expect(denials({ profile: "restricted" }, fields)).toContainEqual(denied(rule, path));
  });
});

describe("a list", () => {
  const credentials = { username: "u", password: "c4n4ry" };

  test.each([
    ["of images", { images: ["ghcr.io/acme/**"] }, {}, "images", "/Image"],
    ["of digests", { require_digest: true }, {}, "image-digest", "/Image"],
    ["of targets", { targets: ["lab"] }, {}, "targets", "infrastructure.docker_host"],
    [
      "of host paths",
      { host_paths: ["/data"] },
      { volumes: ["/database:/d"] },
      "host-paths",
      "/HostConfig/Binds/0",
    ],
    [
      "of volumes",
      { volumes: ["cache-*"] },
      { volumes: ["other:/d"] },
      "volumes",
      "/HostConfig/Binds/0",
    ],
    [
      "of fields",
      { create_fields: [] },
      hostOptions({ Dns: ["1.1.1.1"] }),
      "fields",
      "/HostConfig/Dns",
    ],
    [
      "of memory, unstated",
      { limits: { memory_bytes: 1_000 } },
      {},
      "limit-memory",
      "/HostConfig/Memory",
    ],
    [
      "of memory",
      { limits: { memory_bytes: 1_000 } },
      { mem_limit: "1g" },
      "limit-memory",
      "/HostConfig/Memory",
    ],
    ["of CPUs", { limits: { cpus: 1 } }, { cpus: 1.5 }, "limit-cpus", "/HostConfig/NanoCpus"],
    [
      "of CPUs by quota",
      { limits: { cpus: 1 } },
      hostOptions({ CpuQuota: 150_000 }),
      "limit-cpus",
      "/HostConfig/NanoCpus",
    ],
    [
      "of GPUs",
      { limits: { gpus: 1 } },
      { gpus: "all" },
      "limit-gpus",
      "/HostConfig/DeviceRequests",
    ],
    ["of variables", { env: { allow: ["A"] } }, { env: { B: "c4n4ry" } }, "env-names", "/Env/0"],
    [
      "of credentials",
      { inline_credentials: false },
      { image_registry: credentials },
      "inline-credentials",
      "infrastructure.image_registry",
    ],
    ["of hosts", {}, { image: "metadata.google.internal/x" }, "special-hosts", "/Image"],
    [
      "of hosts, for a registry",
      {},
      { image_registry: { ...credentials, registry_url: "http://u:c4n4ry@169.254.169.254/x" } },
      "special-hosts",
      "infrastructure.image_registry.registry_url",
    ],
  ])("%s binds in every profile", (_what, policy, fields, rule, path) => {
    const found = denials(policy, fields);

    expect(found).toEqual([denied(rule, path)]);
    expect(JSON.stringify(found)).not.toContain("c4n4ry");
  });

  test.each([
    [
      "host paths",
      { profile: "baseline", host_paths: ["/data/"] },
      { volumes: ["/data:/d", "/data/x/:/e:ro"] },
    ],
    ["volumes", { volumes: ["cache-*"] }, { volumes: ["cache-1:/d"] }],
    ["devices", { profile: "baseline", devices: ["/dev/fuse"] }, { devices: ["/dev/fuse"] }],
    [
      "runtimes",
      { profile: "baseline", runtime_classes: ["runsc"] },
      hostOptions({ Runtime: "runsc" }),
    ],
    ["GPUs", { limits: { gpus: 2 } }, { gpus: ["0", "1"] }],
    ["digests", { require_digest: true }, { image: `busybox@sha256:${"a".repeat(64)}` }],
    [
      "hosts",
      { profile: "baseline", special_hosts: ["127.0.0.1:*"] },
      { image: "127.0.0.1:5000/x" },
    ],
    [
      "safe kernel settings",
      { profile: "baseline" },
      hostOptions({ Sysctls: { "net.ipv4.tcp_syncookies": "1" } }),
    ],
  ])("of %s lets through what it names", (_what, policy, fields) => {
    expect(denials(policy, fields)).toEqual([]);
  });
});

test("loopback is where a machine's own registry is, and a function has none", () => {
  const fields = { image: "127.0.0.1:5000/x" };

  expect(denials({}, fields)).toEqual([]);
  expect(denials({}, fields, { AWS_LAMBDA_FUNCTION_NAME: "submit" })).toEqual([
    denied("special-hosts", "/Image"),
  ]);
});
