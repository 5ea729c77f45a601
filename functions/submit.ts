import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context, SQSEvent } from "aws-lambda";
import { submitBatch } from "../lib/usecases/submit-batch.ts";
import { dependencies, flushMetrics, logger } from "./dependencies.ts";

/** Requests queue → runs. Answers with the messages that go back to the queue. */
export const handler = middy(async (event: SQSEvent, context: Context) =>
  submitBatch(await dependencies(), event, context),
)
  .use(injectLambdaContext(logger))
  .use(flushMetrics);
