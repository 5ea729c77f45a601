import type { Claim, RuleId } from "../claim.ts";
import { asList, asRecord, claimsOf } from "../claims-of.ts";
import { mountClaims } from "./mount-claims.ts";

type Fields = Readonly<Record<string, unknown>>;

const HOST = "/HostConfig";

/** Everything in a final create request of Docker that a rule has to allow. */
export function containerClaims(create: unknown): Claim[] {
  const body = asRecord(create);
  const host = asRecord(body.HostConfig);
  return [
    ...claimsOf("images", body, "", "Image"),
    ...claimsOf("working-directory", body, "", "WorkingDir"),
    ...environmentClaims(body),
    ...claimsOf("privileged", host, HOST, "Privileged"),
    ...namespaceClaims(host),
    ...items("capabilities", host, "CapAdd"),
    { rule: "drop-capabilities", path: `${HOST}/CapDrop`, value: host.CapDrop ?? [] },
    { rule: "run-as-non-root", path: "/User", value: isNonRoot(body.User) },
    ...securityClaims(host),
    ...mountClaims(host),
    ...deviceClaims(host),
    ...claimsOf("runtime-classes", host, HOST, "Runtime"),
    ...Object.keys(asRecord(host.Sysctls)).map(
      (value): Claim => ({ rule: "sysctls", path: `${HOST}/Sysctls/${value}`, value }),
    ),
    ...Object.keys(asRecord(host.PortBindings)).map(
      (value): Claim => ({ rule: "host-ports", path: `${HOST}/PortBindings/${value}`, value }),
    ),
    ...claimsOf("host-ports", host, HOST, "PublishAllPorts").filter(({ value }) => value !== false),
    ...claimsOf("log-drivers", asRecord(host.LogConfig), `${HOST}/LogConfig`, "Type"),
    ...limitClaims(host),
  ];
}

function environmentClaims({ Env }: Fields): Claim[] {
  if (!Array.isArray(Env)) return [];
  return Env.map((entry, index): Claim => {
    const [name, ...rest] = String(entry).split("=");
    return { rule: "env-names", path: `/Env/${index}`, value: { name, value: rest.join("=") } };
  });
}

/** A namespace of the host, or of another container, which may be anybody's. */
function namespaceClaims(host: Fields): Claim[] {
  const fields = ["NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode"];
  return fields
    .filter((field) => /^(?:host$|container:)/.test(String(host[field] ?? "")))
    .map((field) => ({ rule: "host-namespaces", path: `${HOST}/${field}`, value: host[field] }));
}

/** Root is who is not said to be somebody else; the image's own user is not known here. */
function isNonRoot(user: unknown): boolean {
  const [name = ""] = String(user ?? "").split(":");
  return name !== "" && name !== "root" && !/^[+-]?0+$/.test(name);
}

const KINDS: readonly (readonly [string, RuleId])[] = [
  ["seccomp", "seccomp"],
  ["apparmor", "apparmor"],
  ["label", "selinux"],
  ["systempaths", "proc-mount"],
];

/** `name=value` or, in the engine's older spelling, `name:value`. */
function securityClaims(host: Fields): Claim[] {
  const options = Array.isArray(host.SecurityOpt) ? host.SecurityOpt.map(String) : [];
  const escalation = !options.some((option) => /^no-new-privileges(?:[=:]true)?$/.test(option));
  const claims = options.flatMap((option, index): Claim[] => {
    const [name = "", value = ""] = option.split(/[=:](.*)/s);
    const kind = KINDS.find(([known]) => known === name);
    const path = `${HOST}/SecurityOpt/${index}`;
    if (kind) return [{ rule: kind[1], path, value }];
    return name === "no-new-privileges" ? [] : [{ rule: "security-options", path, value: option }];
  });
  return [
    { rule: "privilege-escalation", path: `${HOST}/SecurityOpt`, value: escalation },
    ...claims,
  ];
}

function deviceClaims(host: Fields): Claim[] {
  return asList(host.Devices).flatMap((device, index) =>
    claimsOf("devices", device, `${HOST}/Devices/${index}`, "PathOnHost"),
  );
}

function items(rule: RuleId, host: Fields, field: string): Claim[] {
  const list = host[field];
  if (!Array.isArray(list)) return [];
  return list.map((value, index) => ({ rule, path: `${HOST}/${field}/${index}`, value }));
}

function limitClaims(host: Fields): Claim[] {
  const { Memory, NanoCpus, CpuQuota, CpuPeriod } = host;
  const quota = Number(CpuQuota) > 0 ? Number(CpuQuota) / Number(CpuPeriod || 100_000) : undefined;
  return [
    {
      rule: "limit-memory",
      path: `${HOST}/Memory`,
      value: Number(Memory) > 0 ? Memory : undefined,
    },
    {
      rule: "limit-cpus",
      path: `${HOST}/NanoCpus`,
      value: Number(NanoCpus) > 0 ? Number(NanoCpus) / 1e9 : quota,
    },
    { rule: "limit-gpus", path: `${HOST}/DeviceRequests`, value: gpusOf(host) },
  ];
}

function gpusOf(host: Fields): number {
  return asList(host.DeviceRequests).reduce((sum, { Count, DeviceIDs }) => {
    if (Array.isArray(DeviceIDs)) return sum + DeviceIDs.length;
    return sum + (Number(Count) < 0 ? Number.POSITIVE_INFINITY : Number(Count ?? 0));
  }, 0);
}
