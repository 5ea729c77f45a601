import { type Cause, type CauseCode, causeOf } from "../../../runs/cause.ts";
import { withoutQuotes } from "../../../runs/engine-words.ts";
import type { ApiEvent } from "../api/api-types.ts";
import { newest } from "./waiting-cause.ts";

/** Why the cluster made no pod, from the words of the Job's own events: the first that fits. */
const REFUSALS: readonly (readonly [RegExp, CauseCode])[] = [
  [/failed quota.*must specify/i, "ConfigError"], // no end of another run gives this pod the limits that it lacks
  [/exceeded quota|failed quota|status unknown for quota/i, "QuotaExceeded"],
  [/serviceaccount .* not found/i, "ConfigError"],
  [/no PriorityClass with name|RuntimeClass .* not found/i, "ConfigError"],
  [/forbidden|denied|violates|admission/i, "AdmissionDenied"],
  [/is invalid|Invalid value|Unsupported value/i, "ConfigError"],
];

/** Why a Job has no pod; undefined where its events do not say. */
export function causeOfMissingPod(events: readonly ApiEvent[]): Cause | undefined {
  const event = newest(events, ({ reason }) => reason === "FailedCreate");
  if (!event) return undefined;
  const message = event.message ?? "the cluster refuses its pod";
  const words = withoutQuotes(message);
  const code = REFUSALS.find(([pattern]) => pattern.test(words))?.[1] ?? "NeverStarted";
  return causeOf(code, message);
}
