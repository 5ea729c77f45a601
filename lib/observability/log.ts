import type { Logger } from "@aws-lambda-powertools/logger";
import type { Log } from "../usecases/dependencies.ts";

/** Powertools' logger as the use cases know it: one JSON object a line, with the invocation's request id. */
export function createLog(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
