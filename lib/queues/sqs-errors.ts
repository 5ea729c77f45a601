import { LaunchError, unavailable } from "../runs/launch-error.ts";

/** What errors of the AWS SDK carry, and network errors carry none of it. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $fault?: "client" | "server";
}

const THROTTLED =
  /thrott|^(AWS\.SimpleQueueService\.)?(RequestThrottled|OverLimit)$|TooManyRequests|RequestLimitExceeded/i;

/** What an operator mends while messages wait: they are kept, although the same call fails until then. */
const TO_BE_MENDED =
  /NonExistentQueue|QueueDoesNotExist|AccessDenied|NotAuthorized|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidSecurity|UnrecognizedClient|Credentials|Kms|Region is missing|Invalid URL/i;

/**
 * An error of an SQS call, classified. Throttling, 5xx and everything of the network: later. No such queue, no permission,
 * no credentials: later too, as the fault is not the message's. Anything else that SQS refuses: never.
 */
export function toQueueError(error: unknown, doing: string): LaunchError {
  if (error instanceof LaunchError) return error;
  const sdk = asSdkError(error);
  const message = `SQS could not ${doing}: ${describe(sdk)}`;
  const status = sdk.$metadata?.httpStatusCode ?? 0;
  if (sdk.$retryable || THROTTLED.test(sdk.name)) return unavailable(message, { cause: error });
  if (status === 401 || status === 403 || TO_BE_MENDED.test(`${sdk.name} ${sdk.message}`))
    return misconfigured(message, error);
  if (status >= 400 && status < 500 && status !== 429)
    return new LaunchError("Invalid", message, { cause: error });
  return unavailable(message, { cause: error });
}

/** Whether it says that the message has been deleted or is visible again: then there is nothing left to be done to it. */
export function isGone(error: unknown): boolean {
  const { name, message } = asSdkError(error);
  if (/MessageNotInflight|ReceiptHandleIsInvalid/.test(name)) return true;
  // A handle of before is an InvalidParameterValue to AWS, told apart from other ones by nothing but its text.
  return /InvalidParameterValue/.test(name) && /receipt handle|ReceiptHandle/i.test(message);
}

const misconfigured = (message: string, cause: unknown) =>
  new LaunchError("ConfigError", message, {
    retryable: true,
    blame: "configuration",
    hint: "Check the queue's URL, the region, the credentials and their permissions.",
    cause,
  });

const describe = ({ name, message }: SdkError) => (message ? `${message} (${name})` : name);

function asSdkError(error: unknown): SdkError {
  const { name = "Error", message = "" } = Object(error) as Partial<SdkError>;
  return { ...(error as object), name, message };
}

/** Whether a message or a batch was refused for its length; takes an SDK error, or code and text of a failed entry. */
export function refusesSize(error: unknown): boolean {
  const { name, message } = asSdkError(error);
  if (/BatchRequestTooLong|MessageTooLong/.test(name)) return true;
  return /InvalidParameterValue/.test(name) && /shorter than|too long/i.test(message);
}
