import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createSqs } from "../../../lib/queues/sqs.ts";
import { type AwsEmulator, startAwsEmulator } from "../../support/aws-emulator.ts";
import { describeWithEngine } from "../../support/engines.ts";

/** The calls that make a user and a queue; the emulator checks every later one as AWS does. */
const UNCHECKED_CALLS = 4;

const REGION = "eu-west-1";

await describeWithEngine("aws", "calls to a server that checks signatures and rights", () => {
  let emulator: AwsEmulator;
  let home: string;
  let keys: Record<string, string>;
  let queueUrl: string;

  beforeAll(async () => {
    emulator = await startAwsEmulator({ INITIAL_NO_AUTH_ACTION_COUNT: String(UNCHECKED_CALLS) });
    home = await mkdtemp(join(tmpdir(), "slipway-keys-"));
    const ask = (service: string, parameters: Record<string, string>) =>
      askPlainly(emulator.endpoint, service, parameters);
    await ask("iam", { Action: "CreateUser", UserName: "slipway" });
    await ask("iam", {
      Action: "PutUserPolicy",
      UserName: "slipway",
      PolicyName: "send",
      PolicyDocument: JSON.stringify(MAY_SEND),
    });
    const made = await ask("iam", { Action: "CreateAccessKey", UserName: "slipway" });
    const queue = await ask("sqs", { Action: "CreateQueue", QueueName: "results" });
    queueUrl = /<QueueUrl>(.*?)</.exec(queue)?.[1] ?? "";
    keys = {
      AWS_ACCESS_KEY_ID: /<AccessKeyId>(.*?)</.exec(made)?.[1] ?? "",
      AWS_SECRET_ACCESS_KEY: /<SecretAccessKey>(.*?)</.exec(made)?.[1] ?? "",
    };
  }, 120_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await emulator.stop();
    await rm(home, { recursive: true });
  });

  const send = async (env: Record<string, string | undefined>, body = "é 🙂") => {
    const client = createSqs({
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: REGION,
      ...env,
    }).clientOf(queueUrl);
    try {
      return await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    } finally {
      client.destroy();
    }
  };

  test("are taken with the keys of the environment", async () => {
    expect(await send(keys)).toMatchObject({ MessageId: expect.any(String) });
  });

  test("are taken with the keys of a profile, as the SDK finds them", async () => {
    await writeFile(join(home, "credentials"), profile("worker", keys));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "credentials"));
    vi.stubEnv("AWS_CONFIG_FILE", join(home, "no-config"));
    vi.stubEnv("AWS_PROFILE", "worker");

    expect(await send({ AWS_PROFILE: "worker" })).toMatchObject({ MessageId: expect.any(String) });
  });

  test("are refused with a wrong secret, and say so", async () => {
    const wrong = { ...keys, AWS_SECRET_ACCESS_KEY: "guessed" };

    await expect(send(wrong)).rejects.toThrow("SignatureDoesNotMatch");
  });

  test("are refused where the right is missing", async () => {
    const client = createSqs({
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: REGION,
      ...keys,
    }).clientOf(queueUrl);

    const receipt = client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));

    await expect(receipt).rejects.toThrow("AccessDenied");
    client.destroy();
  });
});

const MAY_SEND = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" }],
};

const profile = (name: string, keys: Readonly<Record<string, string>>) =>
  `[${name}]\naws_access_key_id = ${keys.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${keys.AWS_SECRET_ACCESS_KEY}\n`;

/** One call in the query protocol, as long as the emulator checks nothing. */
async function askPlainly(
  endpoint: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=any/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(parameters).toString(),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} answered ${answer.status}: ${text}`);
  return text;
}
