import type { CauseCode } from "../../../runs/cause.ts";
import { withoutNames } from "../../../runs/engine-words.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { mask } from "../../../runs/redact.ts";
import type { AuthConfig } from "../api/image-calls.ts";

type Meaning = CauseCode | "later" | "denied";

/**
 * What a registry refused, by the engine's words: these are its own, the registry's and the request's, and the status is
 * of little help where it is 500. The first that fits decides.
 */
const WORDS: readonly (readonly [RegExp, Meaning])[] = [
  [/toomanyrequests|too many requests|rate limit|HTTP 429|no space left/i, "later"],
  [/authorization denied by plugin/i, "AdmissionDenied"],
  [/no matching manifest|no match for platform|provide the specified platform/i, "ImageInvalid"],
  [/unauthorized|authentication required|no basic auth|incorrect username|\b401\b/i, "ImageAuth"],
  // What registries also say of a repository that is not there.
  [
    /pull access denied|requested access to the resource is denied|403 Forbidden|HTTP 403/i,
    "denied",
  ],
  [/\bdenied\b/i, "ImageAuth"],
  [
    /manifest unknown|manifest for .* not found|name unknown|no such image|repository .* not found|not found: |failed to resolve reference .*not found|HTTP 404/i,
    "ImageNotFound",
  ],
  [
    /unsupported|not supported|no longer supported|not implemented|invalid reference|cannot overwrite|image operating system|unexpected end of JSON input/i,
    "ImageInvalid",
  ],
];

/** What a status says where the words say nothing. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: "ImageInvalid",
  401: "ImageAuth",
  403: "denied",
  404: "ImageNotFound",
  429: "later",
  501: "ImageInvalid",
};

/**
 * Why a pull failed, from the engine's message and, where the answer did not begin as a stream, its status. What nobody
 * knows may pass: it is tried again until the deadline.
 */
export function pullError(
  image: ImageReference,
  message: string,
  auth: AuthConfig | undefined,
  status = 500,
): LaunchError {
  const text = `could not pull ${image.text}: ${mask(message, secretsOf(auth))}`;
  const words = withoutNames(message);
  const meaning = WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? STATUSES[status];
  if (meaning === undefined || meaning === "later") return unavailable(text, { hint: LATER });
  if (meaning !== "denied" && meaning !== "ImageAuth") return new LaunchError(meaning, text);
  if (auth) return new LaunchError("ImageAuth", text);
  // Without a login a wrong name is the most likely reason.
  const code = meaning === "denied" ? "ImageNotFound" : "ImageAuth";
  return new LaunchError(code, text, { hint: code === "ImageAuth" ? NO_LOGIN : DENIED });
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
const NO_LOGIN = "No login was sent: set image_registry to credentials for its registry.";
const LATER = "The registry, the way to it or the engine's disk is in trouble; it is tried again.";
