import { HttpRequest, HttpResponse } from "@smithy/core/protocols";
import type { Pluggable } from "@smithy/types";
import { mask, maskCredentials } from "../runs/redact.ts";

/** How much of what is no answer is shown. */
const BEGINNING_CHARACTERS = 300;

/**
 * A plugin for clients of the AWS SDK: what refuses a signature may repeat what was signed, the session token too, and
 * errors are logged. The SDK repeats what it is told.
 */
export const maskedErrors = <I extends object, O extends object>(): Pluggable<I, O> => ({
  applyToStack(stack) {
    stack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error)
            error.message = withoutCredentials(error.message, args.request);
          throw error;
        }
      },
      { step: "deserialize", priority: "high", name: "maskedErrors" },
    );
  },
});

function withoutCredentials(text: string, request: unknown): string {
  const token = HttpRequest.isInstance(request) && request.headers["x-amz-security-token"];
  return mask(maskCredentials(text), token ? [token] : []);
}

/**
 * A plugin for clients of a JSON protocol: an answer of something else, a proxy say, is told by its status and its
 * beginning, where the SDK tells of a syntax error. One that should have been a success is worth another try.
 */
export const tellingErrors = <I extends object, O extends object>(): Pluggable<I, O> => ({
  applyToStack(stack) {
    stack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (HttpResponse.isInstance(answer.response)) await requireJson(answer.response);
        return answer;
      },
      { step: "deserialize", priority: "low", name: "tellingErrors" },
    );
  },
});

/** What calls itself JSON is left to the SDK: reading its body here costs a cold start two milliseconds. */
const SAYS_JSON = /^application\/(x-amz-)?json/;

async function requireJson(response: HttpResponse): Promise<void> {
  if (SAYS_JSON.test(response.headers["content-type"] ?? "")) return;
  const body = await bytesOf(response.body);
  response.body = body;
  const said = body.toString("utf8", 0, BEGINNING_CHARACTERS).trim();
  const isNamed = said !== "" || response.headers["x-amzn-errortype"] || response.statusCode < 300;
  if (isNamed && /^(\{|$)/.test(said)) return;
  throw noJson(response, said);
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function noJson(response: HttpResponse, said: string): Error {
  const { statusCode } = response;
  const isSuccess = statusCode < 300;
  const what = isSuccess ? "the answer is no JSON" : `HTTP status ${statusCode}`;
  const error = Object.assign(new Error(said ? `${what}: ${said}` : what), {
    name: isSuccess ? "UnreadableAnswer" : "UnknownError",
    $metadata: { httpStatusCode: statusCode },
    ...(isSuccess ? { $retryable: {} } : {}),
  });
  // For what it says of a later try. Hidden as the SDK hides it: it leads to the request and its credentials.
  return Object.defineProperty(error, "$response", { value: response, enumerable: false });
}
