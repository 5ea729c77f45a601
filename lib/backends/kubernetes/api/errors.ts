import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { ApiError } from "./api-error.ts";
import { statusText } from "./status-text.ts";

/**
 * The one place where what a cluster answered becomes the error that the use cases branch on. `doing` says what was asked
 * of it ("list the open Jobs of prod"). Whatever is not about the request may succeed later.
 */
export function toLaunchError(error: unknown, doing: string): LaunchError {
  if (error instanceof LaunchError) return error;
  if (!(error instanceof ApiError)) return unavailable(`could not ${doing}`, { cause: error });
  const { statusCode, status } = error;
  if (statusCode === 0) return failed(error, `could not ${doing}: ${error.message}`);
  if (statusCode === 401)
    return failed(error, `could not ${doing}: the cluster does not take our credentials`, {
      hint: "Renew the credentials of this cluster in the configuration.",
    });
  if (statusCode === 403)
    return failed(error, `could not ${doing}: ${statusText(status)}`, {
      hint: "Grant Slipway's account what deploy/kubernetes lists.",
    });
  return failed(error, `could not ${doing}: ${statusText(status) || error.message}`);
}

export function failed(
  error: ApiError,
  message: string,
  particulars: { readonly hint?: string } = {},
): LaunchError {
  const { retryAfterMs } = error;
  return unavailable(message, {
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...particulars,
  });
}
