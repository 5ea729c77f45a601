/** Go's JSON decoder compares keys by Unicode's simple folding: `ſ` is an s and the Kelvin sign a k. */
export const foldKey = (key: string) => key.toUpperCase().toLowerCase();

const byFold = (keys: string) =>
  new Map(keys.split(/\s+/).map((key) => [foldKey(key), key] as const));

/** The keys of `POST /containers/create` that the engine's API documents (up to 1.51), by their folded spelling. */
export const BODY_KEYS = byFold(
  `Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd
  Healthcheck ArgsEscaped Image Volumes WorkingDir Entrypoint NetworkDisabled MacAddress OnBuild Labels StopSignal
  StopTimeout Shell HostConfig NetworkingConfig name platform`,
);

/** Those of its HostConfig. */
export const HOST_CONFIG_KEYS = byFold(
  `CpuShares Memory CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps
  BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus
  CpusetMems Devices DeviceCgroupRules DeviceRequests KernelMemory KernelMemoryTCP MemoryReservation MemorySwap
  MemorySwappiness NanoCpus OomKillDisable Init PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth
  Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom Mounts
  ConsoleSize Annotations CapAdd CapDrop CgroupnsMode Capabilities Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode
  Cgroup Links OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt StorageOpt Tmpfs UTSMode
  UsernsMode ShmSize Sysctls Runtime Isolation MaskedPaths ReadonlyPaths`,
);
