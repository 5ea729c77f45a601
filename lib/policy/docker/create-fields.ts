const under = (prefix: string, fields: string) =>
  fields.split(/\s+/).map((field) => `${prefix}/${field}`);

/** What plain fields of a request and Slipway itself set; dangerous values have rules of their own. */
export const OWN_CREATE_FIELDS: readonly string[] = [
  ...under(
    "",
    "Image Cmd/* Entrypoint/* Env/* Labels/* User WorkingDir Hostname NetworkingConfig/EndpointsConfig/*",
  ),
  ...under(
    "/HostConfig",
    `AutoRemove RestartPolicy/** LogConfig/** NetworkMode Binds/* ExtraHosts/* Memory MemorySwap ShmSize NanoCpus
    DeviceRequests/** Devices/** Privileged CapAdd/* CapDrop/* PidsLimit ReadonlyRootfs Init`,
  ),
];

/**
 * What a container may have in the profiles baseline and restricted. Not among them: volumes of other containers, drivers
 * of volumes (they can mount anything), published ports, parents of cgroups, paths unmasked in /proc.
 */
export const PROFILE_CREATE_FIELDS: readonly string[] = [
  ...under(
    "",
    `Domainname AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce StopSignal StopTimeout Shell/*
    Healthcheck/** ExposedPorts/** NetworkDisabled NetworkingConfig/EndpointsConfig/*/Aliases/*`,
  ),
  ...under(
    "/HostConfig",
    `MemoryReservation MemorySwappiness CpuShares CpuPeriod CpuQuota CpusetCpus CpusetMems BlkioWeight Ulimits/**
    OomScoreAdj Dns/* DnsOptions/* DnsSearch/* GroupAdd/* SecurityOpt/* Sysctls/* Tmpfs/* Runtime IpcMode PidMode
    UTSMode UsernsMode CgroupnsMode Mounts/*/Type Mounts/*/Source Mounts/*/Target Mounts/*/ReadOnly
    Mounts/*/Consistency Mounts/*/TmpfsOptions/** Mounts/*/VolumeOptions/NoCopy Mounts/*/VolumeOptions/Labels/*
    Mounts/*/BindOptions/Propagation`,
  ),
];
