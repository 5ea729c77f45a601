import { invalid } from "../runs/launch-error.ts";
import { quote } from "../runs/quote.ts";
import type { Target } from "../runs/run.ts";
import { nearest } from "../runs/spelling.ts";
import type { Config } from "./config.ts";

/** The name of the target that is found rather than configured: in-cluster or the local kubeconfig, the local engine, this machine. */
export const FOUND_TARGET = "default";

export type EngineType = "kubernetes-job" | "docker-container";

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
    ...engineTargets("kubernetes-job", config, found.kubernetes),
    ...engineTargets("docker-container", config, found.docker),
    ...(found.process ? [{ type: "process", name: FOUND_TARGET } as const] : []),
  ];
}

function engineTargets(type: EngineType, config: Config, isThere: boolean): Target[] {
  const names = Object.keys(config[SECTIONS[type][1]]);
  const all = isThere && mayBeFound(type, config) ? new Set([...names, FOUND_TARGET]) : names;
  return Array.from(all, (name) => ({ type, name }));
}

/** Whether runs may go where the configuration does not say: not once it names the target of those that name none. */
export function mayBeFound(type: EngineType, { defaults }: Config): boolean {
  return (defaults[type] ?? FOUND_TARGET) === FOUND_TARGET;
}

/**
 * The target a request names, or the configuration's default, or what is found on this machine. Throws a LaunchError
 * `Invalid` where the configuration knows no such name.
 */
export function namedTarget(type: EngineType, asked: string | undefined, config: Config): Target {
  const [field, section] = SECTIONS[type];
  const name = asked ?? config.defaults[type] ?? FOUND_TARGET;
  const known = Object.keys(config[section]);
  const isFound = name === FOUND_TARGET && mayBeFound(type, config);
  if (isFound || known.includes(name)) return { type, name };
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(", ") || "none"}`;
  const message = `the configuration has no ${section} entry ${quote(name)}; ${hint}`;
  throw invalid([{ path: asked ? `infrastructure.${field}` : `defaults.${type}`, message }]);
}

/** How a request names a target: by its name in the configuration, and not at all where it is found. */
export function fieldsNaming({ type, name }: Target, config: Config): Record<string, string> {
  if (type === "process") return {};
  const [field, section] = SECTIONS[type];
  return Object.hasOwn(config[section], name) ? { [field]: name } : {};
}

const SECTIONS = {
  "kubernetes-job": ["cluster_config", "clusters"],
  "docker-container": ["docker_host", "docker_hosts"],
} as const;
