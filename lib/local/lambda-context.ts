import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";

/** What Lambda passes beside the event, with the clock of an invocation that may take `timeoutMs`. */
export function createContext(functionName: string, timeoutMs: number): Context {
  const endsAt = performance.now() + timeoutMs;
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: "1024",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
    done: noCallbacks,
    fail: noCallbacks,
    succeed: noCallbacks,
  };
}

function noCallbacks(): never {
  throw new Error("a handler answers by its promise; callbacks went with Node 22");
}
