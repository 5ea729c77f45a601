import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Surroundings } from "./targets.ts";

const DOCKER_SOCKET = "/var/run/docker.sock";

/**
 * What this machine offers without any configuration: a kubeconfig or a pod's service account, a Docker engine that the
 * environment or the usual socket names, and processes, except in Lambda. Looks at names and files; asks no engine.
 */
export function findSurroundings(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean = existsSync,
): Surroundings {
  const kubeconfigs = (env.KUBECONFIG || join(homedir(), ".kube", "config")).split(delimiter);
  return {
    kubernetes: Boolean(env.KUBERNETES_SERVICE_HOST) || kubeconfigs.some(exists),
    docker: Boolean(env.DOCKER_HOST || env.DOCKER_CONTEXT) || exists(DOCKER_SOCKET),
    process: !isLambda(env),
  };
}

export function isLambda(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.AWS_LAMBDA_FUNCTION_NAME);
}
