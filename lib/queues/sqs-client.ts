import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  DeleteMessageRequest,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
  Message,
  MessageAttributeValue,
  ReceiveMessageRequest,
  SendMessageBatchRequest,
  SendMessageBatchResult,
  SendMessageRequest,
  SendMessageResult,
} from "@aws-sdk/client-sqs";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import {
  getRetryAfterHint,
  isThrottlingError,
  isTransientError,
  StandardRetryStrategy,
} from "@smithy/core/retry";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { SignatureV4 } from "@smithy/signature-v4";
import type { HttpResponse, RetryErrorType, SdkError } from "@smithy/types";
import { mask, maskCredentials } from "../runs/redact.ts";
import { AWS_CLIENT_CONFIG } from "./aws-client-config.ts";
import { sqsAccess } from "./sqs-access.ts";
import { readAnswer, toServiceError } from "./sqs-service-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A message as it comes over the wire: binary attributes in base64. */
export type ReceivedMessage = Omit<Message, "MessageAttributes"> & {
  readonly MessageAttributes?: Readonly<Record<string, ReceivedAttribute>> | undefined;
};
export type ReceivedAttribute = Pick<MessageAttributeValue, "DataType" | "StringValue"> & {
  readonly BinaryValue?: string | undefined;
};

/** What is asked of SQS here, by the names of its API: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference */
interface SqsActions {
  ChangeMessageVisibilityBatch: [
    ChangeMessageVisibilityBatchRequest,
    Partial<ChangeMessageVisibilityBatchResult>,
  ];
  ChangeMessageVisibility: [ChangeMessageVisibilityRequest, object];
  DeleteMessage: [DeleteMessageRequest, object];
  DeleteMessageBatch: [DeleteMessageBatchRequest, Partial<DeleteMessageBatchResult>];
  GetQueueAttributes: [GetQueueAttributesRequest, GetQueueAttributesResult];
  GetQueueUrl: [GetQueueUrlRequest, GetQueueUrlResult];
  ReceiveMessage: [ReceiveMessageRequest, { readonly Messages?: readonly ReceivedMessage[] }];
  SendMessage: [SendMessageRequest, SendMessageResult];
  SendMessageBatch: [SendMessageBatchRequest, Partial<SendMessageBatchResult>];
}

type Action = keyof SqsActions;

export interface SqsClient {
  /**
   * One call, tried up to three times where a later try may help. Throws an SqsServiceError, an error of Node's network,
   * or an AbortError.
   */
  call<A extends Action>(
    action: A,
    input: SqsActions[A][0],
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<SqsActions[A][1]>;
  /** Tells the time of the server at each of its answers, refusals included: milliseconds since 1970, to the second. */
  onDate(listener: (serverMs: number) => void): void;
  /** Closes the connections that it keeps. */
  destroy(): void;
}

/** The longest long poll of SQS is 20 seconds; nothing else takes nearly as long. */
const REQUEST_TIMEOUT_MS = 30_000;

/** SQS refuses what was signed more than a quarter of an hour before or after. */
const SKEW_MS = 240_000;

/**
 * The few calls that we make, over the parts of the AWS SDK that matter: its signatures, its connections, its rules for
 * trying again. The whole SDK does the same in the time that a cold function has for everything (decision 0023).
 */
export function createSqsClient(env: Environment): SqsClient {
  const access = sqsAccess(env);
  const { credentials } = access;
  const signer = new SignatureV4({ service: "sqs", region: "", credentials, sha256: Sha256 });
  const connections = new NodeHttpHandler({
    ...AWS_CLIENT_CONFIG.requestHandler,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  const retries = new StandardRetryStrategy(AWS_CLIENT_CONFIG.maxAttempts);
  const listeners: ((serverMs: number) => void)[] = [];
  let skewMs = 0;

  const hear = (date = "") => {
    const serverMs = Date.parse(date);
    if (!Number.isFinite(serverMs)) return;
    const apart = serverMs - Date.now();
    skewMs = Math.abs(apart) > SKEW_MS ? apart : 0;
    for (const listener of listeners) listener(serverMs);
  };

  const attempt = async (action: Action, input: object, abortSignal: AbortSignal) => {
    const { QueueUrl } = input as { readonly QueueUrl?: string };
    const request = toRequest(action, JSON.stringify(input), access.endpointOf(QueueUrl), env);
    const signed = await signer.sign(request, {
      signingDate: new Date(Date.now() + skewMs),
      signingRegion: access.regionOf(QueueUrl),
    });
    const { response } = await connections.handle(new HttpRequest(signed), { abortSignal });
    const wasSkewedBy = skewMs;
    hear(response.headers.date);
    const text = await textOf(response.body);
    const answer = response.statusCode < 300 ? readAnswer(text) : undefined;
    if (answer) return answer;
    const error = toServiceError(response, withoutCredentials(text, signed.headers));
    const isSetRight = Math.abs(skewMs - wasSkewedBy) > SKEW_MS; // the next attempt is signed with the right time
    throw isSetRight ? Object.assign(error, { $retryable: {} }) : error;
  };

  return {
    async call(action, input, { abortSignal } = {}) {
      let token = await retries.acquireInitialRetryToken("");
      for (;;) {
        try {
          const answer = await attempt(action, input, withinTime(abortSignal));
          retries.recordSuccess(token);
          return answer as never;
        } catch (error) {
          if (abortSignal?.aborted) throw error;
          const next = retries.refreshRetryTokenForRetry(token, retryInfoOf(error)); // waits, too
          token = await unlessAborted(next, error, abortSignal);
        }
      }
    },
    onDate: (listener) => void listeners.push(listener),
    destroy: () => connections.destroy(),
  };
}

/** An answer that never ends is none. */
function withinTime(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

function toRequest(action: Action, body: string, url: URL, env: Environment): HttpRequest {
  const trace = env.AWS_LAMBDA_FUNCTION_NAME && env._X_AMZN_TRACE_ID;
  return new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: "/",
    headers: {
      host: url.host,
      "content-type": "application/x-amz-json-1.0",
      "content-length": String(Buffer.byteLength(body)),
      "x-amz-target": `AmazonSQS.${action}`,
      "user-agent": "slipway",
      ...(trace ? { "x-amzn-trace-id": trace } : {}), // by this AWS notices functions that call themselves
    },
    body,
  });
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What refuses a signature may repeat what was signed, and errors are logged. */
function withoutCredentials(text: string, sent: HttpRequest["headers"]): string {
  const token = sent["x-amz-security-token"];
  return mask(maskCredentials(text), token ? [token] : []);
}

/** What the SDK's rules want to know of a failed attempt. */
function retryInfoOf(error: unknown) {
  const failure = error as SdkError & { readonly $response?: HttpResponse };
  const errorType: RetryErrorType = isThrottlingError(failure)
    ? "THROTTLING"
    : isTransientError(failure)
      ? "TRANSIENT"
      : "CLIENT_ERROR";
  const retryAfterHint = getRetryAfterHint(failure.$response);
  return { errorType, ...(retryAfterHint ? { retryAfterHint } : {}) };
}

/** The next attempt's token once its time has come; the attempt's own error where there is none or the caller has gone. */
async function unlessAborted<T>(
  next: Promise<T>,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", reject);
  try {
    return await Promise.race([next, aborted]);
  } catch {
    throw error;
  } finally {
    signal?.removeEventListener("abort", reject);
  }
}
