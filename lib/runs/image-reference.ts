import { LaunchError } from "./launch-error.ts";
import { quote } from "./quote.ts";

/** One image as the Docker reference grammar reads it. */
export interface ImageReference {
  /** As it was written. */
  readonly text: string;
  /** The registry's host with its port; `docker.io` where none is written. */
  readonly domain: string;
  /** The repository within the registry; `library/…` where Docker Hub's official images are meant. */
  readonly path: string;
  /** As written, without tag and digest. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

// The grammar of github.com/distribution/reference, which the engine itself parses with.
const DOMAIN =
  /^(?:\[[a-fA-F0-9:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const HEX_64 = /^[a-f0-9]{64}$/; // an image's id, which may be written only with its algorithm
const MAX_NAME = 255;
const HUB = "docker.io";

/**
 * A reference with registry, port, path, tag and digest told apart. Throws a LaunchError `ImageInvalid` with the reason.
 * Our own rather than a package: those on npm are unmaintained, or the Go parser compiled to 1.8 MB.
 */
export function parseImageReference(text: string): ImageReference {
  const [named, digest] = splitOnce(text, text.indexOf("@"));
  if (digest !== undefined && !DIGEST.test(digest)) throw refuse(text, "its digest is malformed");
  // The tag's colon is the last one and stands after the last slash; any other belongs to the registry's port.
  const colon = named.lastIndexOf(":");
  const [name, tag] = splitOnce(named, colon > named.lastIndexOf("/") ? colon : -1);
  if (tag !== undefined && !TAG.test(tag)) throw refuse(text, "its tag is malformed");
  return { text, name, tag, digest, ...locate(text, name) };
}

function locate(text: string, name: string): Pick<ImageReference, "domain" | "path"> {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(0, slash));
  const hasDomain = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const written = hasDomain ? first : HUB;
  const rest = hasDomain ? name.slice(slash + 1) : name;
  if (HEX_64.test(name))
    throw refuse(text, "an image's id is written with its algorithm, sha256:…");
  if (!DOMAIN.test(written)) throw refuse(text, "its registry is malformed");
  if (rest !== rest.toLowerCase()) throw refuse(text, "a repository's name is lower case");
  if (!PATH.test(rest)) throw refuse(text, "its repository's name is malformed");
  if (name.length > MAX_NAME) throw refuse(text, `its name is longer than ${MAX_NAME} characters`);
  const domain = written === "index.docker.io" ? HUB : written;
  return { domain, path: domain === HUB && !rest.includes("/") ? `library/${rest}` : rest };
}

function splitOnce(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function refuse(text: string, reason: string): LaunchError {
  const shown = quote(text, [], "address");
  return new LaunchError("ImageInvalid", `${shown} is not an image reference: ${reason}`);
}
