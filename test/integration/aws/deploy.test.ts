import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEmulator, startAwsEmulator } from "../../support/aws-emulator.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { copyService, paramArguments, type ServiceCopy } from "../../support/packaged-service.ts";

/** The very commands that deploy to AWS, against an emulator of its services. Each test goes on from the one before it. */
await describeWithEngine("aws", "a deployment on an emulator", () => {
  let emulator: AwsEmulator;
  let copy: ServiceCopy;
  let sqs: SQSClient;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const serverless = (...args: string[]) =>
    copy.serverless(args, {
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      SLS_AWS_MONITORING_FREQUENCY: "200", // milliseconds; the emulator need not be spared
    });
  const queueNames = async () => {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    return QueueUrls.map((url) => url.split("/").at(-1)).sort();
  };

  beforeAll(async () => {
    emulator = await startAwsEmulator();
    copy = await copyService();
    sqs = new SQSClient({ endpoint: emulator.endpoint, region: "eu-west-1", credentials });
  }, 120_000);

  afterAll(async () => {
    sqs.destroy();
    await copy.remove();
    await emulator.stop();
  });

  test("is created", { timeout: 600_000 }, async () => {
    const output = await serverless("deploy");

    expect(output).toContain("Service deployed to stack slipway-dev");
    expect(await queueNames()).toEqual([
      "slipway-dev-dead-letters",
      "slipway-dev-requests",
      "slipway-dev-results",
      "slipway-dev-results-dead-letters",
    ]);
  });

  test("is updated", { timeout: 600_000 }, async () => {
    await serverless("deploy", ...paramArguments({ visibilityTimeout: "900" }));

    const [QueueUrl] =
      (await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "slipway-dev-req" }))).QueueUrls ??
      [];
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["VisibilityTimeout"] }),
    );
    expect(Attributes?.VisibilityTimeout).toBe("900");
  });

  test("is removed, with everything that was made for it", { timeout: 600_000 }, async () => {
    const output = await serverless("remove");

    expect(output).toContain("Service slipway has been successfully removed");
    expect(await queueNames()).toEqual([]);
  });
});
