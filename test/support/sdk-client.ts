import { SQSClient } from "@aws-sdk/client-sqs";

type Environment = Readonly<Record<string, string | undefined>>;

/** The AWS SDK's client for the server of this environment, without any of our settings and plugins. */
export function createSdkClient(env: Environment): SQSClient {
  const endpoint = env.AWS_ENDPOINT_URL_SQS || env.AWS_ENDPOINT_URL;
  if (!endpoint) throw new Error("tests talk to a server on this machine");
  return new SQSClient({
    endpoint,
    useQueueUrlAsEndpoint: false,
    region: env.AWS_REGION || "us-east-1",
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID || "slipway",
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY || "slipway",
    },
  });
}
