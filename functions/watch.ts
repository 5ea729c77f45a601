import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { watchTick } from "../lib/usecases/watch-tick.ts";
import { dependencies, flushMetrics, logger } from "./dependencies.ts";

/** Each minute: what has ended → results queue. Fails, and so alarms, where a target or a run could not be dealt with. */
export const handler = middy(async (_event: unknown, context: Context) =>
  watchTick(await dependencies(), context, Number(process.env.SLIPWAY_WATCH_SECONDS ?? 0)),
)
  .use(injectLambdaContext(logger))
  .use(flushMetrics);
