import type { SQSClientConfig } from "@aws-sdk/client-sqs";
import { namedEndpoint } from "../config/aws-endpoints.ts";
import { LaunchError } from "../runs/launch-error.ts";
import { quote } from "../runs/quote.ts";
import { AWS_CLIENT_CONFIG } from "./aws-client-config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The longest long poll of SQS is 20 seconds; nothing else takes nearly as long. Longer silence is no answer. */
const SILENCE_MS = 30_000;

/** What differs from the SDK's own defaults for calls about one queue. */
export function sqsConfig(queueUrl: string, env: Environment): SQSClientConfig {
  const region = regionOf(queueUrl, env);
  const credentials = credentialsOf(env);
  return {
    ...AWS_CLIENT_CONFIG,
    requestHandler: {
      ...AWS_CLIENT_CONFIG.requestHandler,
      requestTimeout: SILENCE_MS,
      socketTimeout: SILENCE_MS,
    },
    endpoint: serverOf(queueUrl, env),
    useQueueUrlAsEndpoint: false, // it is the endpoint already, and the SDK would write a warning for each call
    useFipsEndpoint: false, // the URL says whether it is one of these
    useDualstackEndpoint: false,
    md5: false, // TLS has seen to that; a receipt with one wrong digest would lose all its messages for a while
    ...(env.AWS_LAMBDA_FUNCTION_NAME ? withoutFiles(env) : {}),
    ...(region ? { region } : {}),
    ...(credentials ? { credentials } : {}),
  };
}

/**
 * What else the SDK would look for in `~/.aws/config`, which no function has: the search is a good part of a cold start. The
 * environment says the same as to the SDK.
 */
const withoutFiles = (env: Environment): SQSClientConfig => ({
  retryMode: env.AWS_RETRY_MODE || "standard",
  userAgentAppId: async () => env.AWS_SDK_UA_APP_ID,
  authSchemePreference: [],
  disableClockSkewCorrection: false,
});

/**
 * The server of a queue: its own, or the one that `AWS_ENDPOINT_URL_SQS` or `AWS_ENDPOINT_URL` names. Queue URLs of such a
 * server often carry a host that does not resolve, so calls go to the endpoint whatever the URL says.
 */
export function serverOf(queueUrl: string, env: Environment): string {
  return namedEndpoint("sqs", env) ?? toUrl(queueUrl).origin;
}

function toUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  const message = `Invalid URL of a queue: ${quote(text, [], "address")}`;
  throw new LaunchError("ConfigError", message, {
    retryable: true, // it is the operator's to correct, and messages wait for that
    blame: "configuration",
    hint: "Check the queue's URL.",
  });
}

/** `sqs.REGION.amazonaws.com` and its kin (FIPS, dual stack, VPC endpoints), and `REGION.queue.amazonaws.com` of old. */
const REGION =
  /(?:^|\.)sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.|^([a-z]+(?:-[a-z]+)+-\d+)\.queue\./;

/** Where nothing says otherwise: emulators take any region. */
const EMULATOR_REGION = "us-east-1";

/**
 * AWS's own URLs name their region, and that one is right: `AWS_REGION` is where this process runs, and AWS refuses what is
 * signed for another region than the queue's. undefined where the SDK has to look in the user's AWS configuration.
 */
function regionOf(queueUrl: string, env: Environment): string | undefined {
  const configured = env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
  if (namedEndpoint("sqs", env)) return configured ?? EMULATOR_REGION;
  const [, current, old] = REGION.exec(toUrl(queueUrl).hostname) ?? [];
  return current ?? old ?? configured;
}

/** undefined where the SDK's own chain has to find them: profiles, roles, web identities, single sign-on. */
function credentialsOf(env: Environment): SQSClientConfig["credentials"] {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const { AWS_SESSION_TOKEN: sessionToken } = env;
  const isEmulator = namedEndpoint("sqs", env)?.startsWith("http://"); // AWS itself speaks https only
  if (accessKeyId && secretAccessKey && (isEmulator || !env.AWS_PROFILE))
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  // Most emulators check no signature but want to see one, so the lack of credentials must not stop anybody there.
  if (isEmulator && !OTHER_SOURCES.some((name) => env[name])) return PLACEHOLDER;
  return undefined;
}

const PLACEHOLDER = { accessKeyId: "slipway", secretAccessKey: "slipway" };

const OTHER_SOURCES = [
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];
