import { type Cause, causeOf } from "../../../runs/cause.ts";

/** What registries and runtimes say of an image that is not there. */
const NOT_FOUND =
  /not found|manifest unknown|name unknown|does not exist|not exist|no such (image|manifest)|404/i;

/** Registries answer 403, and some "repository does not exist or may require …", to those who may not pull. */
const REFUSED =
  /unauthori[sz]ed|authentication required|authorization failed|access denied|denied|forbidden|no basic auth|incorrect username|may require|401|403/i;

/** The registry gave no answer about the image. */
const UNREACHABLE =
  /dial tcp|connection refused|no such host|i\/o timeout|timeout|TLS handshake|x509|EOF|server misbehaving|toomanyrequests|429|50[0-9]/i;

/** Why an image could not be pulled, from the words of the container runtime: there is nothing else to go by. */
export function causeOfPull(message: string): Cause {
  if (REFUSED.test(message)) return causeOf("ImageAuth", message);
  if (NOT_FOUND.test(message)) return causeOf("ImageNotFound", message);
  if (UNREACHABLE.test(message))
    return causeOf("ImageNotFound", message, {
      blame: "platform",
      retryable: true,
      hint: "Its registry did not answer the node as it should. Look at the registry, then send it again.",
    });
  return causeOf("ImageNotFound", message);
}

/** Whether the words say more than that the kubelet waits before it tries again. */
export const explainsPull = (message: string) =>
  [REFUSED, NOT_FOUND, UNREACHABLE].some((pattern) => pattern.test(message));
