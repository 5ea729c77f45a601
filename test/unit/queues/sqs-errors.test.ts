import { expect, test } from "vitest";
import { isGone, refusesSize, toQueueError } from "../../../lib/queues/sqs-errors.ts";

interface Said {
  readonly name: string;
  readonly message?: string;
  readonly status?: number;
  readonly throttling?: boolean;
}

function anSdkError({ name, message = "", status, throttling }: Said): Error {
  return Object.assign(new Error(message), {
    name,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
    ...(throttling === undefined ? {} : { $retryable: { throttling } }),
  });
}

test.each<[string, Said, { code: string; retryable: boolean }]>([
  ["throttled", { name: "RequestThrottled", status: 403 }, { code: "EngineLost", retryable: true }],
  [
    "throttled, as old servers say it",
    { name: "ThrottlingException", status: 400 },
    { code: "EngineLost", retryable: true },
  ],
  [
    "throttled, as the SDK knows it",
    { name: "Slow", status: 400, throttling: true },
    { code: "EngineLost", retryable: true },
  ],
  ["too many at once", { name: "Any", status: 429 }, { code: "EngineLost", retryable: true }],
  [
    "a server's fault",
    { name: "InternalError", status: 500 },
    { code: "EngineLost", retryable: true },
  ],
  [
    "no service",
    { name: "ServiceUnavailable", status: 503 },
    { code: "EngineLost", retryable: true },
  ],
  [
    "nobody there",
    { name: "Error", message: "connect ECONNREFUSED 127.0.0.1:1" },
    { code: "EngineLost", retryable: true },
  ],
  ["no answer", { name: "TimeoutError" }, { code: "EngineLost", retryable: true }],
  ["cut off", { name: "AbortError" }, { code: "EngineLost", retryable: true }],
  [
    "no queue",
    { name: "QueueDoesNotExist", status: 400 },
    { code: "ConfigError", retryable: true },
  ],
  [
    "no queue, as old servers say it",
    { name: "AWS.SimpleQueueService.NonExistentQueue", status: 400 },
    { code: "ConfigError", retryable: true },
  ],
  [
    "a queue's URL that is none",
    { name: "Error", message: 'Invalid URL of a queue: "requests"' },
    { code: "ConfigError", retryable: true },
  ],
  [
    "a refusal in another language",
    { name: "UnknownError", status: 403 },
    { code: "ConfigError", retryable: true },
  ],
  [
    "no permission",
    { name: "AccessDenied", status: 403 },
    { code: "ConfigError", retryable: true },
  ],
  [
    "no credentials",
    { name: "CredentialsProviderError", message: "Could not load credentials" },
    { code: "ConfigError", retryable: true },
  ],
  [
    "old credentials",
    { name: "ExpiredTokenException", status: 403 },
    { code: "ConfigError", retryable: true },
  ],
  [
    "no region",
    { name: "Error", message: "Region is missing" },
    { code: "ConfigError", retryable: true },
  ],
  ["no key", { name: "KmsNotFound", status: 400 }, { code: "ConfigError", retryable: true }],
  [
    "a bad body",
    { name: "InvalidMessageContents", status: 400 },
    { code: "Invalid", retryable: false },
  ],
  [
    "a bad parameter",
    { name: "InvalidParameterValue", status: 400 },
    { code: "Invalid", retryable: false },
  ],
])("classifies %s", (_what, said, expected) => {
  expect(toQueueError(anSdkError(said), "publish")).toMatchObject(expected);
});

test("says what could not be done and why", () => {
  const error = toQueueError(
    anSdkError({ name: "AccessDenied", message: "no", status: 403 }),
    "do it",
  );

  expect(error.message).toBe("SQS could not do it: no (AccessDenied)");
  expect(error.hint).toMatch(/queue's URL/);
});

test("passes on what is classified already", () => {
  const classified = toQueueError(anSdkError({ name: "InternalError", status: 500 }), "a");

  expect(toQueueError(classified, "b")).toBe(classified);
});

test.each<[string, unknown, boolean]>([
  ["a message that is visible again", anSdkError({ name: "MessageNotInflight" }), true],
  [
    "a handle of before, on AWS",
    anSdkError({
      name: "InvalidParameterValue",
      message: "Value x for parameter ReceiptHandle is invalid. Reason: Message does not exist",
    }),
    true,
  ],
  ["a handle of before", anSdkError({ name: "ReceiptHandleIsInvalid" }), true],
  [
    "another parameter",
    anSdkError({ name: "InvalidParameterValue", message: "VisibilityTimeout" }),
    false,
  ],
  ["no permission", anSdkError({ name: "AccessDenied" }), false],
  ["no error at all", undefined, false],
])("knows whether a message is gone: %s", (_what, error, expected) => {
  expect(isGone(error)).toBe(expected);
});

test.each<[string, unknown, boolean]>([
  ["a batch", { name: "BatchRequestTooLong" }, true],
  ["a batch, as old servers say it", { name: "AWS.SimpleQueueService.BatchRequestTooLong" }, true],
  [
    "a message",
    {
      name: "InvalidParameterValue",
      message:
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    },
    true,
  ],
  ["another parameter", { name: "InvalidParameterValue", message: "DelaySeconds" }, false],
  ["nothing", undefined, false],
])("knows whether the length was refused: %s", (_what, error, expected) => {
  expect(refusesSize(error)).toBe(expected);
});
