import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { mask, maskCredentials } from "../../../runs/redact.ts";
import type { EngineAnswer } from "./call.ts";
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

/** An answer to an order: for good where it is about the request (4xx), for now where the engine is in trouble. */
export function refused(
  host: string,
  asked: string,
  answer: EngineAnswer,
  secrets: readonly string[] = [],
): LaunchError {
  const { status } = answer;
  const passes = status < 400 || status === 408 || status === 429 || status >= 500;
  if (passes) return unexpected(host, asked, answer, secrets);
  const message = `Docker at ${host} refused to ${asked}: ${messageOf(answer, secrets)}`;
  // 403 comes from an authorization plugin, as an admission controller's refusal does in Kubernetes.
  return new LaunchError(status === 403 ? "AdmissionDenied" : "ConfigError", message);
}
