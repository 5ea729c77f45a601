import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

type Environment = Readonly<Record<string, string | undefined>>;

/** The longest long poll of SQS is 20 seconds; nothing else takes nearly as long. */
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/** Where nothing says otherwise: emulators take any region. */
const EMULATOR_REGION = "us-east-1";

/**
 * A client for AWS, or for the server that `AWS_ENDPOINT_URL_SQS` or `AWS_ENDPOINT_URL` names. Queue URLs of such a
 * server often carry a host that does not resolve, so requests go to the endpoint whatever the URL says.
 */
export function createSqsClient(env: Environment): SQSClient {
  return new SQSClient(sqsClientConfig(env));
}

export function sqsClientConfig(env: Environment): SQSClientConfig {
  const endpoint = env.AWS_ENDPOINT_URL_SQS || env.AWS_ENDPOINT_URL;
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint && EMULATOR_REGION);
  return {
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint, useQueueUrlAsEndpoint: false } : {}),
    ...(isEmulator(endpoint) ? emulatorCredentials(env) : {}),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/** AWS itself speaks https only. */
const isEmulator = (endpoint: string | undefined) => Boolean(endpoint?.startsWith("http://"));

/** Most emulators check no signature but want to see one, so the lack of credentials must not stop anybody there. */
function emulatorCredentials(env: Environment): Pick<SQSClientConfig, "credentials"> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId && secretAccessKey) return { credentials: { accessKeyId, secretAccessKey } };
  return OTHER_SOURCES.some((name) => env[name]) ? {} : { credentials: PLACEHOLDER };
}

const PLACEHOLDER = { accessKeyId: "slipway", secretAccessKey: "slipway" };

const OTHER_SOURCES = [
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];
