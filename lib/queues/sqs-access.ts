import type { AwsCredentialIdentity, Provider } from "@smithy/types";
import { namedEndpoint, regionalEndpoint } from "../config/aws-endpoints.ts";
import { quote } from "../runs/quote.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a queue is asked, and who is asking. */
export interface SqsAccess {
  readonly credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  /** The server of a queue; of the region itself for what asks about no queue. */
  endpointOf(queueUrl: string | undefined): URL;
  /** The region that a call to this queue is signed for. Throws where nothing tells it. */
  regionOf(queueUrl: string | undefined): string;
}

/**
 * AWS, or the server that `AWS_ENDPOINT_URL_SQS` or `AWS_ENDPOINT_URL` names. Queue URLs of such a server often carry a
 * host that does not resolve, so calls go to the endpoint whatever the URL says. AWS's own URLs name their region, and
 * that one is right: `AWS_REGION` is where this process runs.
 */
export function sqsAccess(env: Environment): SqsAccess {
  const endpoint = namedEndpoint("sqs", env);
  const configured = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  const regionOf = (queueUrl: string | undefined) => {
    const region = endpoint ? configured || EMULATOR_REGION : (regionIn(queueUrl) ?? configured);
    if (!region) throw new Error("Region is missing: set AWS_REGION");
    return region;
  };
  return {
    credentials: credentialsOf(env, endpoint),
    regionOf,
    endpointOf: (queueUrl) =>
      toUrl(endpoint ?? queueUrl ?? regionalEndpoint("sqs", regionOf(undefined))),
  };
}

/** Where nothing says otherwise: emulators take any region. */
const EMULATOR_REGION = "us-east-1";

/** `sqs.REGION.amazonaws.com` and its kin (FIPS, dual stack, VPC endpoints), and `REGION.queue.amazonaws.com` of old. */
const REGION =
  /(?:^|\.)sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.|^([a-z]+(?:-[a-z]+)+-\d+)\.queue\./;

function regionIn(queueUrl: string | undefined): string | undefined {
  const [, current, old] = (queueUrl && REGION.exec(toUrl(queueUrl).hostname)) || [];
  return current ?? old;
}

function toUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new Error(`Invalid URL of a queue: ${quote(text, [], "address")}`);
}

/**
 * What the environment holds, as it does in every Lambda function; whatever else AWS has (profiles, roles of containers,
 * web identities, single sign-on) is found by the SDK's own chain, which is loaded for that. A profile comes first, as
 * it does there.
 */
function credentialsOf(env: Environment, endpoint: string | undefined): SqsAccess["credentials"] {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const { AWS_SESSION_TOKEN: sessionToken } = env;
  const isEmulator = endpoint?.startsWith("http://"); // AWS itself speaks https only
  if (accessKeyId && secretAccessKey && (isEmulator || !env.AWS_PROFILE))
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  // Most emulators check no signature but want to see one, so the lack of credentials must not stop anybody there.
  if (isEmulator && !OTHER_SOURCES.some((name) => env[name])) return PLACEHOLDER;
  let chain: Promise<Provider<AwsCredentialIdentity>> | undefined;
  return async () => {
    chain ??= import("./aws-credentials.ts").then(({ defaultProvider }) => defaultProvider());
    return (await chain)();
  };
}

const PLACEHOLDER = { accessKeyId: "slipway", secretAccessKey: "slipway" };

const OTHER_SOURCES = [
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];
