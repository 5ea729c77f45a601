import type { Config, SecretResolver } from "../../../config/config.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import { invalid } from "../../../runs/launch-error.ts";
import { showName } from "../../../runs/problems.ts";
import { Secret } from "../../../runs/redact.ts";
import { nearest } from "../../../runs/spelling.ts";

/** Credentials for one registry; the password may still be a reference. */
export interface Credentials {
  readonly username: string;
  readonly password: Secret;
  /** As the registry's own pages write it: a host, with or without scheme and path. */
  readonly registryUrl: string;
  /** false: an identity token that still holds is used instead of logging in again. */
  readonly reauth: boolean;
}

/** Docker Hub calls itself so where it is logged in to. */
const HUB_URL = "https://index.docker.io/v1/";
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);
const AT = "infrastructure.image_registry";

/**
 * The credentials that a spec names or holds; undefined where it has none. Throws `Invalid` where they are for another
 * registry than the image's: the engine would hand them to whoever serves the image.
 */
export function credentialsOf(
  { image_registry: asked }: Pick<DockerContainerSpec, "image_registry">,
  image: ImageReference,
  config: Pick<Config, "registries">,
): Credentials | undefined {
  if (asked === undefined) return undefined;
  const found = typeof asked === "string" ? named(asked, config) : asked;
  const { username, registry_url: registryUrl = HUB_URL, reauth } = found;
  const password = typeof found.password === "string" ? new Secret(found.password) : found.password;
  const host = registryHost(registryUrl);
  if (host !== registryHost(image.domain))
    throw invalid([
      {
        path: AT,
        message: `its credentials are for ${host}, but the image comes from ${image.domain}; set registry_url to the image's registry`,
      },
    ]);
  if (LINE_BREAK.test(username) || LINE_BREAK.test(registryUrl))
    throw invalid([{ path: AT, message: "user name and registry_url must not hold line breaks" }]);
  return { username, password, registryUrl, reauth };
}

/** `https://ghcr.io/v2/` → `ghcr.io`; every name of Docker Hub → `docker.io`. */
export function registryHost(url: string): string {
  const host = url
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*$/s, "")
    .toLowerCase();
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}

/** What the engine passes on to the registry. Throws `Invalid` where the password cannot be sent. */
export async function authConfigOf(credentials: Credentials, secrets: SecretResolver) {
  const { username, registryUrl } = credentials;
  const password = await secrets.resolve(credentials.password);
  if (LINE_BREAK.test(password))
    throw invalid([{ path: `${AT}.password`, message: "must not hold line breaks" }]);
  return { username, password, serveraddress: registryUrl };
}

const LINE_BREAK = /[\r\n\0]/;

function named(name: string, { registries }: Pick<Config, "registries">) {
  const found = Object.hasOwn(registries, name) ? registries[name] : undefined;
  if (found) return found;
  const known = Object.keys(registries);
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(", ") || "none"}`;
  const message = `the configuration has no registries entry ${showName(name)}; ${hint}`;
  throw invalid([{ path: AT, message }]);
}
