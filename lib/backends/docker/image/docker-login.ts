import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import type { ImageReference } from "../../../runs/image-reference.ts";
import type { AuthConfig } from "../api/image-calls.ts";
import { dockerFolder, readJson } from "../docker-files.ts";
import { HUB_URL, registryHost } from "./credentials.ts";
import { askHelper } from "./login-helper.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const Login = z.object({
  auth: z.nullish(z.string()),
  username: z.nullish(z.string()),
  password: z.nullish(z.string()),
  identitytoken: z.nullish(z.string()),
});
type Login = z.infer<typeof Login>;

const ConfigFile = z.nullable(
  z.object({
    auths: z.nullish(z.record(z.string(), z.nullable(Login))),
    credHelpers: z.nullish(z.record(z.string(), z.string())),
    credsStore: z.nullish(z.string()),
  }),
);

/**
 * What `docker login` left on this machine for an image's registry, found as the docker program finds it: by the helper
 * of that registry, else the one of all registries, else in `config.json` itself. undefined where there is none.
 * Throws a retryable LaunchError `ConfigError` where a file or a helper cannot be used.
 */
export async function dockerLogin(
  image: Pick<ImageReference, "domain">,
  env: Environment,
): Promise<AuthConfig | undefined> {
  const path = join(dockerFolder(env), "config.json");
  const config = existsSync(path) ? readJson(path, ConfigFile, "null") : null;
  const host = registryHost(image.domain);
  const serveraddress = host === "docker.io" ? HUB_URL : image.domain;
  const helper = ofHost(config?.credHelpers, host) ?? config?.credsStore;
  if (helper) return askHelper(helper, serveraddress, env);
  const login = ofHost(config?.auths, host);
  return login ? fromFile(login, serveraddress) : undefined;
}

/** The entry of a registry, by whatever form of its address it has. */
function ofHost<T>(entries: Readonly<Record<string, T>> | null | undefined, host: string) {
  return Object.entries(entries ?? {}).find(([address]) => registryHost(address) === host)?.[1];
}

function fromFile(login: Login, serveraddress: string): AuthConfig | undefined {
  if (login.identitytoken) return { identitytoken: login.identitytoken, serveraddress };
  const [username = "", password = ""] = login.auth
    ? (/^([^:]*):(.*)$/s.exec(Buffer.from(login.auth, "base64").toString())?.slice(1) ?? [])
    : [login.username ?? "", login.password ?? ""];
  return username ? { username, password: password.replace(/\0+$/, ""), serveraddress } : undefined;
}
