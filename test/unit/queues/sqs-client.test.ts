import { expect, test } from "vitest";
import { sqsClientConfig } from "../../../lib/queues/sqs-client.ts";

test("leaves region and credentials to the SDK on AWS", () => {
  const config = sqsClientConfig({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });

  expect(config).not.toHaveProperty("endpoint");
  expect(config).not.toHaveProperty("credentials");
  expect(config).not.toHaveProperty("region");
});

test.each([
  [{ AWS_ENDPOINT_URL: "http://one" }, "http://one"],
  [{ AWS_ENDPOINT_URL: "http://one", AWS_ENDPOINT_URL_SQS: "http://two" }, "http://two"],
])(
  "asks the server that the environment names, whatever a queue's URL says: %o",
  (env, endpoint) => {
    expect(sqsClientConfig(env)).toMatchObject({
      endpoint,
      useQueueUrlAsEndpoint: false,
      region: "us-east-1",
    });
  },
);

test.each([
  [
    "an emulator without credentials",
    { AWS_ENDPOINT_URL: "http://one" },
    { accessKeyId: "slipway" },
  ],
  [
    "an emulator with credentials",
    { AWS_ENDPOINT_URL: "http://one", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
    { accessKeyId: "a", secretAccessKey: "b" },
  ],
  ["an emulator with a profile", { AWS_ENDPOINT_URL: "http://one", AWS_PROFILE: "p" }, undefined],
  ["an endpoint of AWS", { AWS_ENDPOINT_URL: "https://vpce.amazonaws.com" }, undefined],
])("shows credentials to %s", (_what, env, expected) => {
  const { credentials } = sqsClientConfig(env);

  if (expected) expect(credentials).toMatchObject(expected);
  else expect(credentials).toBeUndefined();
});

test("takes the region from the environment", () => {
  expect(sqsClientConfig({ AWS_REGION: "eu-west-1" }).region).toBe("eu-west-1");
  expect(sqsClientConfig({ AWS_DEFAULT_REGION: "eu-west-2" }).region).toBe("eu-west-2");
});
