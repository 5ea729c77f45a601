import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LaunchError } from "../../../runs/launch-error.ts";
import { type Connection, createTokenSource } from "./connection.ts";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The kubelet rotates the token at 80 % of its life, which is 10 minutes at least; this is how often we look, in milliseconds. */
const TOKEN_MAX_AGE_MS = 60_000;

type Env = Readonly<Record<string, string | undefined>>;

export function isInCluster(env: Env, account = ACCOUNT): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(`${account}/token`);
}

/** As the service account of the pod that this runs in. */
export async function connectInCluster(env: Env, account = ACCOUNT): Promise<Connection> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (!host || !isInCluster(env, account))
    throw new LaunchError(
      "ConfigError",
      "in_cluster is set, but this is no pod, or its service account's token is not mounted",
      { retryable: true },
    );
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    server: new URL(`https://${name}:${port}`),
    tls: { ca: await readFile(`${account}/ca.crt`) },
    token: createTokenSource(
      async () => (await readFile(`${account}/token`, "utf8")).trim(),
      TOKEN_MAX_AGE_MS,
    ),
  };
}
