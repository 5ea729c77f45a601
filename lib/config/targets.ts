import type { InfrastructureType } from "../runs/infrastructure.ts";
import { invalid } from "../runs/launch-error.ts";
import { showName } from "../runs/problems.ts";
import type { Target } from "../runs/run.ts";
import { nearest } from "../runs/spelling.ts";
import type { Config } from "./config.ts";

/** The name of the target that is found rather than configured: in-cluster or the local kubeconfig, the local engine, this machine. */
export const FOUND_TARGET = "default";

/** What can be found on this machine without any configuration. */
export interface Surroundings {
  readonly kubernetes: boolean;
  readonly docker: boolean;
  /** false in Lambda: what a process run leaves there is gone with its environment. */
  readonly process: boolean;
}

/** Every target that may hold runs, for the sweep. */
export function targetsOf(config: Config, found: Surroundings): Target[] {
  return [
    ...named("kubernetes-job", config.clusters, found.kubernetes),
    ...named("docker-container", config.docker_hosts, found.docker),
    ...named("process", {}, found.process),
  ];
}

function named(type: InfrastructureType, configured: object, found: boolean): Target[] {
  const names = Object.keys(configured);
  const all = found && !names.includes(FOUND_TARGET) ? [...names, FOUND_TARGET] : names;
  return all.map((name) => ({ type, name }));
}

/**
 * The target a request names, or the configuration's default, or what is found on this machine. Throws a LaunchError
 * `Invalid` where the configuration knows no such name.
 */
export function namedTarget(
  type: "kubernetes-job" | "docker-container",
  asked: string | undefined,
  config: Config,
): Target {
  const [field, section] = SECTIONS[type];
  const name = asked ?? config.defaults[type] ?? FOUND_TARGET;
  const known = Object.keys(config[section]);
  if (name === FOUND_TARGET || known.includes(name)) return { type, name };
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(", ") || "none"}`;
  const message = `the configuration has no ${section} entry ${showName(name)}; ${hint}`;
  throw invalid([{ path: asked ? `infrastructure.${field}` : `defaults.${type}`, message }]);
}

const SECTIONS = {
  "kubernetes-job": ["cluster_config", "clusters"],
  "docker-container": ["docker_host", "docker_hosts"],
} as const;
