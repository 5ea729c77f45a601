import type { RequestMessage } from "../queues/request-queue.ts";
import { findSecrets } from "../runs/find-secrets.ts";
import { LaunchError, unavailable, withoutSecrets } from "../runs/launch-error.ts";
import { secretValues } from "../runs/redact.ts";
import type { Request } from "../runs/request.ts";
import { secretsOf } from "../runs/spec-secrets.ts";
import type { Dependencies } from "./dependencies.ts";

/**
 * Why a message could not be dealt with, without any secret of its request or of the base environment. What is no
 * LaunchError is a defect of ours: the message is kept, and the log has the whole of it.
 */
export function toFailure(
  { baseEnvironment }: Pick<Dependencies, "baseEnvironment">,
  { body }: Pick<RequestMessage, "body">,
  request: Request | undefined,
  error: unknown,
): LaunchError {
  const failure =
    error instanceof LaunchError
      ? error
      : unavailable("an unexpected error in Slipway itself", { cause: error });
  const own = request ? secretsOf(request.spec) : findSecrets(body);
  return withoutSecrets(failure, [...secretValues(baseEnvironment), ...own]);
}
