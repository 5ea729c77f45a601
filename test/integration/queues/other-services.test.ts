import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAwsParameters } from "../../../lib/config/aws-parameters.ts";
import { createEventBridgeResultSink } from "../../../lib/queues/eventbridge-result-sink.ts";
import { createSnsResultSink } from "../../../lib/queues/sns-result-sink.ts";
import { aResult } from "../../support/results.ts";
import { type RefusingAws, startRefusingAws } from "./support/refusing-aws.ts";

const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE";

let aws: RefusingAws;
beforeEach(async () => {
  aws = await startRefusingAws();
  vi.stubEnv("AWS_ENDPOINT_URL", aws.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SESSION_TOKEN", TOKEN);
  vi.stubEnv("AWS_REGION", "sa-east-1");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

const within = () => AbortSignal.timeout(30_000);
const topic = (arn: string) => createSnsResultSink(arn).publish([aResult()], within());
const bus = (name: string) => createEventBridgeResultSink(name).publish([aResult()], within());
const secret = (name: string) =>
  createAwsParameters()
    .secret(name)
    .catch(() => undefined);
const parameter = (name: string) =>
  createAwsParameters()
    .ssm(name)
    .catch(() => undefined);

test.each([
  ["a topic", topic, "arn:aws:sns:eu-north-1:123456789012:results", "eu-north-1/sns"],
  ["a bus", bus, "arn:aws:events:eu-north-1:123456789012:event-bus/b", "eu-north-1/events"],
  ["a bus by its name", bus, "results", "sa-east-1/events"],
  [
    "a secret",
    secret,
    "arn:aws:secretsmanager:eu-north-1:123456789012:secret:db-a1b2c3",
    "eu-north-1/secretsmanager",
  ],
  ["a secret by its name", secret, "slipway/db", "sa-east-1/secretsmanager"],
  ["a parameter", parameter, "arn:aws:ssm:eu-north-1:123456789012:parameter/ca", "eu-north-1/ssm"],
  ["a parameter by its name", parameter, "/slipway/ca", "sa-east-1/ssm"],
])("%s is asked for in its own region", async (_what, ask, name, expected) => {
  await ask(name);

  expect(aws.authorizations()[0]).toContain(`/${expected}/aws4_request`);
});

test.each([
  ["SNS", topic, "arn:aws:sns:eu-north-1:123456789012:results"],
  ["EventBridge", bus, "results"],
])("an error of %s shows no token, though the server repeats it", async (_what, publish, name) => {
  const [outcome] = await publish(name);

  expect(outcome?.message).toContain("signed was x-amz-security-token:[redacted]");
  expect(JSON.stringify(outcome)).not.toContain(TOKEN);
});
