import { type Cause, causeOf } from "../../../runs/cause.ts";
import { withoutNames } from "../../../runs/engine-words.ts";

/** What registries and runtimes say of an image that is not there. */
const NOT_FOUND =
  /not found|manifest unknown|name unknown|does not exist|not exist|no such (image|manifest)|\b404\b/i;

/** Registries answer 403, and some "repository does not exist or may require …", to those who may not pull. */
const REFUSED =
  /unauthori[sz]ed|authentication required|authorization failed|access denied|denied|forbidden|no basic auth|incorrect username|may require|\b40[13]\b/i;

/** The registry gave no answer about the image. */
const UNREACHABLE =
  /dial tcp|connection refused|no such host|timeout|TLS handshake|x509|EOF|server misbehaving|toomanyrequests|\b(429|50[0-9])\b/i;

/** Why an image could not be pulled, from the words of the container runtime: there is nothing else to go by. */
export function causeOfPull(message: string): Cause {
  const words = withoutNames(message);
  if (REFUSED.test(words)) return causeOf("ImageAuth", message);
  if (NOT_FOUND.test(words)) return causeOf("ImageNotFound", message);
  if (UNREACHABLE.test(words))
    return causeOf("ImageNotFound", message, {
      blame: "platform",
      retryable: true,
      hint: "Its registry did not answer the node as it should. Look at the registry, then send it again.",
    });
  return causeOf("ImageNotFound", message);
}

/** Whether the words say more than that the kubelet waits before it tries again. */
export function explainsPull(message: string): boolean {
  const words = withoutNames(message);
  return [REFUSED, NOT_FOUND, UNREACHABLE].some((pattern) => pattern.test(words));
}
