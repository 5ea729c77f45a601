import { describe, expect, test } from "vitest";
import { serverOf, sqsConfig } from "../../../lib/queues/sqs-config.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/requests";

describe("the server", () => {
  test("is the queue's own on AWS", () => {
    expect(serverOf(QUEUE, {})).toBe("https://sqs.eu-west-1.amazonaws.com");
    expect(sqsConfig(QUEUE, {}).endpoint).toBe("https://sqs.eu-west-1.amazonaws.com");
  });

  test.each([
    [{ AWS_ENDPOINT_URL: "http://one" }, "http://one"],
    [{ AWS_ENDPOINT_URL: "http://one", AWS_ENDPOINT_URL_SQS: "http://two" }, "http://two"],
  ])("is the one that the environment names, whatever a queue's URL says: %o", (env, expected) => {
    expect(sqsConfig(QUEUE, env).endpoint).toBe(expected);
  });
});

test("a queue's URL that is none is shown", () => {
  expect(() => sqsConfig("requests", {})).toThrow('Invalid URL of a queue: "requests"');
  expect(() => sqsConfig("requests", {})).toThrow(
    expect.objectContaining({ code: "ConfigError", retryable: true }),
  );
});

describe("the region", () => {
  const regionOf = (queueUrl: string, env: Record<string, string>) =>
    sqsConfig(queueUrl, env).region;

  test.each([
    ["https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1"],
    ["https://sqs.us-gov-west-1.amazonaws.com/1/q", "us-gov-west-1"],
    ["https://sqs-fips.us-east-2.amazonaws.com/1/q", "us-east-2"],
    ["https://sqs.ap-southeast-2.api.aws/1/q", "ap-southeast-2"],
    ["https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"],
    ["https://vpce-0a1b-2c3d.sqs.eu-central-1.vpce.amazonaws.com/1/q", "eu-central-1"],
    ["https://us-west-2.queue.amazonaws.com/1/q", "us-west-2"],
  ])("is what a queue's URL on AWS names: %s", (queueUrl, region) => {
    expect(regionOf(queueUrl, { AWS_REGION: "sa-east-1" })).toBe(region);
  });

  test.each([
    [{ AWS_REGION: "eu-west-2" }, "eu-west-2"],
    [{ AWS_DEFAULT_REGION: "eu-west-3" }, "eu-west-3"],
  ])("is the environment's where the URL names none: %o", (env, region) => {
    expect(regionOf("https://queues.example.com/1/q", env)).toBe(region);
  });

  test("is the environment's, or any, for a server that the environment names", () => {
    const env = { AWS_ENDPOINT_URL: "http://one" };

    expect(regionOf(QUEUE, env)).toBe("us-east-1");
    expect(regionOf(QUEUE, { ...env, AWS_DEFAULT_REGION: "" })).toBe("us-east-1");
    expect(regionOf(QUEUE, { ...env, AWS_REGION: "eu-west-2" })).toBe("eu-west-2");
  });

  test("is the SDK's to find where nothing tells it", () => {
    expect(regionOf("https://queues.example.com/1/q", {})).toBeUndefined();
  });
});

test("nothing is looked for in files where there are none, and the environment is obeyed", async () => {
  const retryMode = (env: Record<string, string>) => sqsConfig(QUEUE, env).retryMode;

  expect(retryMode({})).toBeUndefined(); // the SDK looks in the environment and in files
  expect(retryMode({ AWS_LAMBDA_FUNCTION_NAME: "submit" })).toBe("standard");
  expect(retryMode({ AWS_LAMBDA_FUNCTION_NAME: "submit", AWS_RETRY_MODE: "adaptive" })).toBe(
    "adaptive",
  );
});

describe("the credentials", () => {
  const KEYS = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

  test.each([
    ["what the environment holds", KEYS, { accessKeyId: "a", secretAccessKey: "b" }],
    [
      "what a function's environment holds",
      { ...KEYS, AWS_SESSION_TOKEN: "c" },
      { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" },
    ],
    [
      "what the environment holds, for an emulator",
      { ...KEYS, AWS_ENDPOINT_URL: "http://one", AWS_PROFILE: "p" },
      { accessKeyId: "a", secretAccessKey: "b" },
    ],
    [
      "any for an emulator, where there are none",
      { AWS_ENDPOINT_URL: "http://one" },
      { accessKeyId: "slipway", secretAccessKey: "slipway" },
    ],
  ])("are %s", (_what, env, expected) => {
    expect(sqsConfig(QUEUE, env).credentials).toEqual(expected);
  });

  test.each([
    ["where the environment holds none", {}],
    ["for a profile", { AWS_PROFILE: "p" }],
    ["for a profile, whatever else the environment holds", { ...KEYS, AWS_PROFILE: "p" }],
    ["for a profile on an emulator", { AWS_ENDPOINT_URL: "http://one", AWS_PROFILE: "p" }],
    ["for an endpoint of AWS", { AWS_ENDPOINT_URL: "https://vpce.amazonaws.com" }],
  ])("are the SDK's to find %s", (_what, env) => {
    expect(sqsConfig(QUEUE, env).credentials).toBeUndefined();
  });
});
