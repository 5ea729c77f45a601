import { LaunchError } from "../../../runs/launch-error.ts";

/**
 * What the operator has set, of this machine or in the configuration, leads to no engine. No request is to blame for it,
 * so each goes back to the queue until it is put right.
 */
export const unusable = (message: string, cause?: unknown) =>
  new LaunchError("ConfigError", message, {
    retryable: true,
    hint: "This is a setting of the launcher, not of the request: correct it, and requests are tried again.",
    ...(cause === undefined ? {} : { cause }),
  });
