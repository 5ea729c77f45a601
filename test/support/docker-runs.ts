import {
  buildCreateRequest,
  type CreateRequest,
} from "../../lib/backends/docker/request/create-request.ts";
import type { EngineTraits } from "../../lib/backends/docker/request/engine-traits.ts";
import type { DockerContainerSpec } from "../../lib/runs/infrastructure.ts";
import { LaunchError, type Problem } from "../../lib/runs/launch-error.ts";
import type { Run } from "../../lib/runs/run.ts";
import { aRun, aSpec } from "./builders.ts";

export const LINUX: EngineTraits = {
  linux: true,
  local: true,
  kind: "docker",
  hostGateway: true,
  logDriver: "json-file",
};

const TARGET = { type: "docker-container", name: "default" } as const;

export function aDockerRun(
  fields: Record<string, unknown> = {},
  rest: Partial<Run<DockerContainerSpec>> & { readonly id?: string } = {},
): Run<DockerContainerSpec> {
  return aRun(aSpec("docker-container", { image: "busybox:1", ...fields }), TARGET, rest);
}

export function requestOf(
  fields: Record<string, unknown> = {},
  base: Record<string, string> = {},
  engine: Partial<EngineTraits> = {},
): CreateRequest {
  const run = aDockerRun(fields, { id: "run-1", baseEnvironment: base });
  return buildCreateRequest(run, { ...LINUX, ...engine });
}

/** What a request is refused for, path → message. */
export function problemsOf(fields: Record<string, unknown>): Record<string, string> {
  try {
    requestOf(fields);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return Object.fromEntries(error.problems.map(({ path, message }: Problem) => [path, message]));
  }
  throw new Error("it was not refused");
}
