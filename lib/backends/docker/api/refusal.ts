import { withoutQuotes } from "../../../runs/engine-words.ts";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { mask, maskCredentials } from "../../../runs/redact.ts";
import type { EngineAnswer } from "./answer.ts";
import { MessageAnswer } from "./engine-answers.ts";

/** What the engine says is wrong, whatever form its answer has, without the secrets that it may repeat. */
export function messageOf({ body, status }: EngineAnswer, secrets: readonly string[] = []): string {
  const said = MessageAnswer.safeParse(body).data?.message;
  const text = said ?? (typeof body === "string" ? body : "");
  return (
    maskCredentials(mask(text.trim(), secrets)).slice(0, 2_000) ||
    `status ${status} without a reason`
  );
}

/** An answer that a question about the engine's state should not get: nothing is known, and it may be asked again. */
export function unexpected(
  host: string,
  asked: string,
  answer: EngineAnswer,
  secrets: readonly string[] = [],
): LaunchError {
  const message = `Docker at ${host} could not ${asked}: ${messageOf(answer, secrets)}`;
  const { retryAfterMs } = answer;
  return unavailable(message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/**
 * What engines answer with status 500 although the request is at fault: a type or a number that their decoder does not
 * take, a value that they do not know, an option that this host does not have.
 */
const FAULT_OF_REQUEST =
  /cannot unmarshal|(?<![\w./-])(?:invalid|unknown|unsupported) |not supported|supported only|only supports/i;

/** Trouble of the machine, whatever else the message says. */
const PASSING =
  /no space left|(?<![\w./-])timeout(?![\w./-])|deadline exceeded|resource temporarily|too many open files|cannot allocate memory|connection refused/i;

/** Whether the engine speaks of trouble that may be over at the next attempt. */
export const isPassing = (message: string): boolean => PASSING.test(withoutQuotes(message));

function isFaultOfRequest(answer: EngineAnswer): boolean {
  const message = messageOf(answer);
  return (
    answer.status === 500 && FAULT_OF_REQUEST.test(withoutQuotes(message)) && !isPassing(message)
  );
}

/** An answer to an order: for good where it is about the request, for now where the engine is in trouble. */
export function refused(
  host: string,
  asked: string,
  answer: EngineAnswer,
  secrets: readonly string[] = [],
): LaunchError {
  const { status } = answer;
  const passes = status < 400 || status === 408 || status === 429 || status >= 500;
  if (passes && !isFaultOfRequest(answer)) return unexpected(host, asked, answer, secrets);
  const message = `Docker at ${host} refused to ${asked}: ${messageOf(answer, secrets)}`;
  // 403 comes from an authorization plugin, as an admission controller's refusal does in Kubernetes.
  return new LaunchError(status === 403 ? "AdmissionDenied" : "ConfigError", message);
}
