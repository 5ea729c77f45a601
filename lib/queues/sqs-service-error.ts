import type { HttpResponse } from "@smithy/core/protocols";

/** SQS said no, or said something that is no answer. Named and classified as the AWS SDK does it. */
export class SqsServiceError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  /** For what it says of a later try. */
  readonly $response: HttpResponse;
  readonly $retryable: { readonly throttling?: boolean } | undefined;

  constructor(name: string, message: string, response: HttpResponse, isWorthAnotherTry = false) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: response.statusCode };
    this.$response = response;
    this.$retryable = isWorthAnotherTry ? {} : undefined;
  }
}

/** The error in an answer that is none of success: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export function toServiceError(response: HttpResponse, text: string): SqsServiceError {
  const body = parseLeniently(text);
  const type = response.headers["x-amzn-errortype"] ?? body.__type ?? body.code;
  // `com.amazonaws.sqs#QueueDoesNotExist:http://…` is `QueueDoesNotExist`.
  const name = String(type ?? "")
    .replace(/:.*$/s, "")
    .replace(/^.*#/s, "");
  const message = body.message ?? body.Message ?? inOtherWords(response.statusCode, text);
  return new SqsServiceError(name || "UnknownError", String(message), response);
}

const BEGINNING_CHARACTERS = 300;

const inOtherWords = (status: number, text: string) =>
  [`HTTP status ${status}`, ...(text ? [text.slice(0, BEGINNING_CHARACTERS)] : [])].join(": ");

/** Where the server, or a proxy before it, answers in another language. */
function parseLeniently(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
