import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import type { EngineTraits } from "./engine-traits.ts";
import { parseMemory } from "./memory.ts";

/** What `docker run` calls memory, cpus, gpus, devices and the like, as the engine's HostConfig has it. */
export function resourcesOf(
  spec: DockerContainerSpec,
  problems: Problem[],
): Record<string, unknown> {
  const bytes = (field: "mem_limit" | "memswap_limit" | "shm_size") =>
    bytesOf(spec[field], field, problems);
  const settings = {
    Memory: bytes("mem_limit"),
    MemorySwap: spec.memswap_limit === -1 ? -1 : bytes("memswap_limit"),
    ShmSize: bytes("shm_size"),
    NanoCpus: spec.cpus === undefined ? undefined : Math.round(spec.cpus * 1e9),
    DeviceRequests: gpuRequests(spec.gpus),
    Devices: spec.devices?.map((device) => deviceOf(device)),
    Privileged: spec.privileged,
    CapAdd: spec.cap_add,
    CapDrop: spec.cap_drop,
    PidsLimit: spec.pids_limit,
    ReadonlyRootfs: spec.read_only,
    Init: spec.init,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function bytesOf(size: string | number | undefined, field: string, problems: Problem[]) {
  if (size === undefined) return undefined;
  const bytes = parseMemory(size);
  if (bytes === undefined)
    problems.push({
      path: `infrastructure.${field}`,
      message: `expected bytes, or a number with a unit as in 512m or 1.5g, got ${quote(size)}`,
    });
  return bytes;
}

/** Podman's Docker API reads no DeviceRequests. */
export const gpuWarnings = ({ gpus }: DockerContainerSpec, { kind }: EngineTraits): string[] =>
  gpus !== undefined && kind === "podman"
    ? ["gpus: Podman takes no notice of them; name the devices in `devices` instead"]
    : [];

function gpuRequests(gpus: DockerContainerSpec["gpus"]) {
  if (gpus === undefined) return undefined;
  const chosen = Array.isArray(gpus) ? { DeviceIDs: gpus } : { Count: gpus === "all" ? -1 : gpus };
  return [{ Driver: "", ...chosen, Capabilities: [["gpu"]] }];
}

/** `/dev/on-host[:/dev/in-container[:rwm]]` */
function deviceOf(device: string) {
  const [host = "", inside = host, permissions = "rwm"] = device.split(":");
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}
