import type { HttpResponse } from "@smithy/core/protocols";

/** How much of what is no answer is shown. */
const BEGINNING_CHARACTERS = 300;

/** SQS said no, or said something that is no answer. Named and classified as the AWS SDK does it. */
export class SqsServiceError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  /** Not for logs: it leads to the request, and that to the credentials it was signed with. */
  readonly #response: HttpResponse;
  readonly $retryable: { readonly throttling?: boolean } | undefined;

  constructor(name: string, message: string, response: HttpResponse, isWorthAnotherTry = false) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: response.statusCode };
    this.#response = response;
    this.$retryable = isWorthAnotherTry ? {} : undefined;
  }

  /** For what it says of a later try. */
  get $response(): HttpResponse {
    return this.#response;
  }
}

/** What a call came to; undefined where that cannot be read. Some calls come to nothing. */
export function readAnswer(text: string): object | undefined {
  if (text === "") return {};
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined; // the server, or a proxy before it, answers in another language
  }
}

/** The error in an answer that is none of success, or that cannot be read: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export function toServiceError(response: HttpResponse, text: string): SqsServiceError {
  if (response.statusCode < 300) {
    const message = `the answer is no JSON: ${text.slice(0, BEGINNING_CHARACTERS)}`;
    return new SqsServiceError("UnreadableAnswer", message, response, true);
  }
  const body = (readAnswer(text) ?? {}) as Record<string, unknown>;
  const type = response.headers["x-amzn-errortype"] ?? body.__type ?? body.code;
  // `com.amazonaws.sqs#QueueDoesNotExist:http://…` is `QueueDoesNotExist`.
  const name = String(type ?? "")
    .replace(/:.*$/s, "")
    .replace(/^.*#/s, "");
  const message = body.message ?? body.Message ?? inOtherWords(response.statusCode, text);
  return new SqsServiceError(name || "UnknownError", String(message), response);
}

const inOtherWords = (status: number, text: string) =>
  [`HTTP status ${status}`, ...(text ? [text.slice(0, BEGINNING_CHARACTERS)] : [])].join(": ");
