import type { Config, SecretResolver } from "../../../config/config.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import { invalid } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { Secret } from "../../../runs/redact.ts";
import { nearest } from "../../../runs/spelling.ts";
import { unusable } from "../connect/unusable.ts";

/** Credentials for one registry. */
export interface Credentials {
  readonly username: string;
  readonly password: Secret;
  /** Where they are in the configuration: then the password may be a reference, and what is wrong is the operator's. */
  readonly configuredAt: string | undefined;
  /** As the registry's own pages write it: a host, with or without scheme and path. */
  readonly registryUrl: string;
  /** false: an identity token that still holds is used instead of logging in again. */
  readonly reauth: boolean;
}

/** Docker Hub calls itself so where it is logged in to. */
export const HUB_URL = "https://index.docker.io/v1/";
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
  const configuredAt = typeof asked === "string" ? `registries.${asked}` : undefined;
  const host = registryHost(registryUrl);
  if (host !== registryHost(image.domain))
    throw invalid([
      {
        path: AT,
        message: `its credentials are for ${quote(host, [], "address")}, but the image comes from ${quote(image.domain, [], "address")}; set registry_url to the image's registry`,
      },
    ]);
  refuseLineBreaks(configuredAt, "username", username);
  refuseLineBreaks(configuredAt, "registry_url", registryUrl);
  return { username, password, configuredAt, registryUrl, reauth };
}

/** `https://ghcr.io/v2/` → `ghcr.io`; every name of Docker Hub → `docker.io`. */
export function registryHost(url: string): string {
  const host = url
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*$/s, "")
    .toLowerCase();
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}

/**
 * What the engine passes on to the registry. A request's own password is taken as it stands: whoever may send a message
 * may not read the operator's secrets. Throws where the password cannot be sent.
 */
export async function authConfigOf(credentials: Credentials, secrets: SecretResolver) {
  const { username, registryUrl, configuredAt } = credentials;
  const password = configuredAt
    ? await secrets.resolve(credentials.password)
    : credentials.password.reveal();
  refuseLineBreaks(configuredAt, "password", password);
  return { username, password, serveraddress: registryUrl };
}

function refuseLineBreaks(configuredAt: string | undefined, field: string, value: string): void {
  if (!/[\r\n\0]/.test(value)) return;
  const message = "must not hold line breaks";
  if (configuredAt) throw unusable(`the configuration's ${configuredAt}.${field} ${message}`);
  throw invalid([{ path: `${AT}.${field}`, message }]);
}

function named(name: string, { registries }: Pick<Config, "registries">) {
  const found = Object.hasOwn(registries, name) ? registries[name] : undefined;
  if (found) return found;
  const known = Object.keys(registries);
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(", ") || "none"}`;
  const message = `the configuration has no registries entry ${quote(name)}; ${hint}`;
  throw invalid([{ path: AT, message }]);
}
