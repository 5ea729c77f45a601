import type { CauseCode } from "../../../runs/cause.ts";
import { withoutNames } from "../../../runs/engine-words.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { mask } from "../../../runs/redact.ts";
import type { AuthConfig } from "../api/image-calls.ts";

/** The engine tells a registry's refusals apart by their words only. The first that fits decides. */
const MEANINGS: readonly (readonly [RegExp, CauseCode | "later"])[] = [
  [/toomanyrequests|too many requests|rate limit/i, "later"],
  [/no space left/i, "later"],
  [
    /manifest unknown|manifest for .* not found|name unknown|no such image|not found: /i,
    "ImageNotFound",
  ],
  [/repository .* not found/i, "ImageNotFound"],
  [
    /unauthorized|authentication required|no basic auth|incorrect username|denied: |\b401\b/i,
    "ImageAuth",
  ],
  [
    /no matching manifest|unsupported|invalid reference|cannot overwrite|image operating system|not supported/i,
    "ImageInvalid",
  ],
];

/** Why a pull failed, from the engine's message. What nobody knows may pass: it is tried again until the deadline. */
export function pullError(
  image: ImageReference,
  message: string,
  auth: AuthConfig | undefined,
): LaunchError {
  const text = `could not pull ${image.text}: ${mask(message, secretsOf(auth))}`;
  // "pull access denied for X, repository does not exist or may require 'docker login'": without a login, most likely the first.
  const words = withoutNames(message);
  const denied = /pull access denied/i.test(words);
  if (denied && !auth) return new LaunchError("ImageNotFound", text, { hint: DENIED });
  const code = denied ? "ImageAuth" : MEANINGS.find(([pattern]) => pattern.test(words))?.[1];
  if (code === undefined || code === "later") return unavailable(text, { hint: LATER });
  return new LaunchError(code, text);
}

/** An engine, or what stands before it, may repeat what it was sent. */
function secretsOf(auth: AuthConfig | undefined): string[] {
  if (!auth) return [];
  return ["password" in auth ? auth.password : auth.identitytoken, encodeAuth(auth)];
}

/** URL-safe base 64 with its padding: the engine takes a header without it for no credentials at all. */
export const encodeAuth = (auth: AuthConfig) =>
  Buffer.from(JSON.stringify(auth)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");

const DENIED =
  "Check the image's name; if it is private, set image_registry to credentials for its registry.";
const LATER = "The registry, the way to it or the engine's disk is in trouble; it is tried again.";
