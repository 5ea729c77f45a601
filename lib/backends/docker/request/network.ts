import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import type { Run } from "../../../runs/run.ts";
import { apiUrl, HOST_ALIAS, isLocalUrl, leadsElsewhere } from "./api-url.ts";
import type { EngineTraits } from "./engine-traits.ts";

/** The network to be created in: the first of those asked for, else the mode, else what the API's place calls for. */
export function networkOf(
  { spec, baseEnvironment }: Run<DockerContainerSpec>,
  engine: EngineTraits,
  problems: Problem[],
) {
  const { networks, network_mode: asked } = spec;
  if (networks.length > 0 && asked)
    problems.push({
      path: "infrastructure.network_mode",
      message: "cannot be set together with networks; set one of them",
    });
  const [first] = networks;
  if (first !== undefined) {
    const config = { NetworkingConfig: { EndpointsConfig: { [first]: {} } } };
    return { mode: first, config, warnings: [] };
  }
  const url = apiUrl(baseEnvironment, spec.env);
  const chosen = engine.linux && engine.local && url && isLocalUrl(url) ? "host" : undefined;
  const warnings =
    asked === "host" && !engine.linux
      ? [
          "network_mode host: this engine is not a Linux one, so the host is the engine's own machine",
        ]
      : [];
  return { mode: asked ?? chosen, config: {}, warnings };
}

/** Entries `host:address`: the request's own, and the way to the host where it is to be there. */
export function extraHostsOf(spec: DockerContainerSpec, engine: EngineTraits): string[] {
  const asked = entriesOf(spec);
  if (engine.kind === "podman") return asked;
  const own = asked.some((entry) => entry.startsWith(`${HOST_ALIAS}:`));
  if (own || !engine.linux || !engine.hostGateway || leadsElsewhere(spec.env)) return asked;
  return [...asked, `${HOST_ALIAS}:host-gateway`];
}

function entriesOf({ extra_hosts: asked = [] }: DockerContainerSpec): string[] {
  if (Array.isArray(asked)) return asked;
  return Object.entries(asked).map(([host, address]) => `${host}:${address}`);
}

export function gatewayWarnings(spec: DockerContainerSpec, engine: EngineTraits): string[] {
  if (!engine.linux || engine.hostGateway || leadsElsewhere(spec.env)) return [];
  return [`${HOST_ALIAS} is not set: this engine is older than 20.10 and knows no host-gateway`];
}
