import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { loadConfig } from "../../../lib/config/load-config.ts";
import { createSecretResolver } from "../../../lib/config/secrets.ts";
import { createEventBridgeResultSink } from "../../../lib/queues/eventbridge-result-sink.ts";
import { createSnsResultSink } from "../../../lib/queues/sns-result-sink.ts";
import { Secret } from "../../../lib/runs/redact.ts";
import { type AwsEmulator, startAwsEmulator } from "../../support/aws-emulator.ts";
import { anId } from "../../support/builders.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { arnOf, receiveAll } from "../../support/queue-servers.ts";
import { aResult } from "../../support/results.ts";

await describeWithEngine("aws", "AWS's other services, on an emulator", () => {
  let emulator: AwsEmulator;
  let client: ReturnType<typeof clientsOf>;

  beforeAll(async () => {
    emulator = await startAwsEmulator();
    vi.stubEnv("AWS_ENDPOINT_URL", emulator.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", "eu-west-1");
    client = clientsOf();
  }, 120_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const one of Object.values(client)) one.destroy();
    await emulator.stop();
  });

  const aQueue = async () => {
    const { QueueUrl = "" } = await client.sqs.send(
      new CreateQueueCommand({ QueueName: `test-${Math.random().toString(36).slice(2)}` }),
    );
    return { url: QueueUrl, arn: await arnOf(client.sqs, QueueUrl) };
  };
  const bodies = async (queueUrl: string) =>
    (await receiveAll(client.sqs, queueUrl)).map(({ Body = "" }) => JSON.parse(Body));

  test("a topic gets every result, with attributes that subscriptions filter by", async () => {
    const queue = await aQueue();
    const { TopicArn = "" } = await client.sns.send(new CreateTopicCommand({ Name: "results" }));
    await client.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queue.arn }));
    const results = Array.from({ length: 23 }, () => aResult({ id: anId() }));

    const outcomes = await createSnsResultSink(TopicArn).publish(results, within());

    const received = await bodies(queue.url);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
    expect(received.map(({ Message }) => JSON.parse(Message).subject).sort()).toEqual(
      results.map(({ subject }) => subject).sort(),
    );
    expect(received[0].MessageAttributes.state).toEqual({ Type: "String", Value: "completed" });
  });

  test("a bus gets every result as an event whose detail is the CloudEvent", async () => {
    const queue = await aQueue();
    await client.events.send(new CreateEventBusCommand({ Name: "results" }));
    await client.events.send(
      new PutRuleCommand({
        Name: "failed",
        EventBusName: "results",
        EventPattern: JSON.stringify({
          source: ["dev.slipway"],
          "detail-type": ["dev.slipway.run.failed"],
        }),
      }),
    );
    await client.events.send(
      new PutTargetsCommand({
        Rule: "failed",
        EventBusName: "results",
        Targets: [{ Id: "queue", Arn: queue.arn }],
      }),
    );
    const failed = aResult({ id: anId(), state: "failed", status_code: 3 });

    const outcomes = await createEventBridgeResultSink("results").publish(
      [aResult({ id: anId() }), failed],
      within(),
    );

    const received = await bodies(queue.url);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(received.map(({ detail }) => detail)).toEqual([failed]);
  });

  test("a place that is not there keeps results back, and says so", async () => {
    const arn = "arn:aws:sns:eu-west-1:123456789012:nowhere";

    const [outcome] = await createSnsResultSink(arn).publish([aResult()], within());

    expect(outcome).toMatchObject({
      retryable: true,
      message: expect.stringMatching(/^SNS could not publish results: .*\(NotFound/),
    });
  });

  test("secrets and parameters are read by reference, and the configuration from a parameter", async () => {
    await client.secrets.send(
      new CreateSecretCommand({ Name: "slipway/db", SecretString: '{"password":"hush"}' }),
    );
    await client.ssm.send(
      new PutParameterCommand({ Name: "/slipway/ca", Value: "CA", Type: "SecureString" }),
    );
    await client.ssm.send(
      new PutParameterCommand({
        Name: "/slipway/config",
        Value: "retention_seconds: 60",
        Type: "String",
      }),
    );
    const resolver = createSecretResolver();

    const config = await loadConfig({ env: { SLIPWAY_CONFIG: "ssm:/slipway/config" } });

    expect(config.retention_seconds).toBe(60);
    expect(
      await resolver.resolve(new Secret("${secret:slipway/db#password}:${ssm:/slipway/ca}")),
    ).toBe("hush:CA");
    await expect(resolver.resolve(new Secret("${secret:slipway/none}"))).rejects.toMatchObject({
      code: "ConfigError",
      message: "${secret:slipway/none}: ResourceNotFoundException",
    });
    await expect(resolver.resolve(new Secret("${ssm:/slipway/none}"))).rejects.toMatchObject({
      message: "${ssm:/slipway/none}: ParameterNotFound",
    });
  });
});

const within = () => AbortSignal.timeout(30_000);

function clientsOf() {
  return {
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
    sns: new SNSClient({}),
    events: new EventBridgeClient({}),
    secrets: new SecretsManagerClient({}),
    ssm: new SSMClient({}),
  };
}
