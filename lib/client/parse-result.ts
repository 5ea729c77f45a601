import { readBody } from "../runs/body.ts";
import { isRecord } from "../runs/canonical-json.ts";
import { invalid } from "../runs/launch-error.ts";
import { toProblems } from "../runs/problems.ts";
import { Result } from "../runs/result.ts";

/** A message as the AWS SDK receives it, a record as Lambda passes it, or the body of either. */
export type ReceivedMessage =
  | string
  | { readonly Body?: string | undefined }
  | { readonly body: string };

/**
 * The result in a message from the results queue, also where SNS or EventBridge wrapped it on its way. Fields that a
 * newer Slipway added are left out. Throws a LaunchError `Invalid` where it is no result.
 */
export function parseResult(message: ReceivedMessage): Result {
  const value = readBody(bodyOf(message), isResult);
  const parsed = Result.safeParse(value);
  if (!parsed.success) throw invalid(toProblems(parsed.error, value));
  const { subject, type, data } = parsed.data;
  const agrees = subject === data.id && type === `dev.slipway.run.${data.state}`;
  if (!agrees) throw invalid([{ path: "data", message: "does not agree with subject and type" }]);
  return parsed.data;
}

function bodyOf(message: ReceivedMessage): string {
  if (typeof message === "string") return message;
  return ("body" in message ? message.body : message.Body) ?? "";
}

const isResult = (value: unknown) =>
  isRecord(value) && typeof value.type === "string" && value.type.startsWith("dev.slipway.run.");
