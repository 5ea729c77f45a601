import type { CauseCode } from "../../../runs/cause.ts";
import { withoutQuotes } from "../../../runs/engine-words.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import { ApiError } from "./api-error.ts";
import { toLaunchError } from "./errors.ts";
import { statusText } from "./status-text.ts";

/** How a refused create is told apart. The first row that fits decides; no row: it may succeed later. */
interface Row {
  readonly codes: readonly number[];
  /** In what the API server says; absent where its status code alone decides. */
  readonly words?: Pick<RegExp, "test">;
  readonly code: CauseCode;
  readonly hint?: string;
  /** It passes by itself: the request goes back to the queue. */
  readonly retryable?: boolean;
}

/** A Job of that name, which the API server quotes, is denied nothing by it. */
const unquoted = (words: RegExp) => ({ test: (said: string) => words.test(withoutQuotes(said)) });

const ROWS: readonly Row[] = [
  // An object that etcd or the API server's own decoder finds too large will not shrink: 413, 422 or 500.
  { codes: [400, 413, 422, 500], words: /too large|larger than max/i, code: "Invalid" },
  { codes: [413], code: "Invalid" },
  {
    codes: [404],
    words: /^namespaces? "/,
    code: "Invalid",
    hint: "Create the namespace, or name another one in the request.",
  },
  { codes: [403], words: /is being terminated/, code: "Invalid" },
  {
    codes: [403],
    // The second one is that of a quota so new that its controller has not counted yet.
    words: unquoted(/(exceeded|failed) quota|status unknown for quota/),
    code: "QuotaExceeded",
    hint: "Wait for other runs to end, or raise the quota. Runs that are kept for retention count against it.",
    retryable: true,
  },
  {
    codes: [403],
    words: /User "[^"]*" cannot /,
    code: "Denied",
    hint: "Grant Slipway's account the rights of deploy/kubernetes in this namespace, or use another one.",
  },
  { codes: [400, 403, 422], words: unquoted(/denied/i), code: "AdmissionDenied" },
  { codes: [403], code: "AdmissionDenied" },
  { codes: [400, 405, 406, 415, 422], code: "Invalid" },
];

/** Why a Job was not created. `secrets` are the manifest's: the answer may repeat them. */
export function toCreateError(
  error: unknown,
  doing: string,
  secrets: readonly string[],
): LaunchError {
  if (!(error instanceof ApiError)) return toLaunchError(error, doing);
  const { statusCode, status } = error;
  const said = status.message ?? "";
  const row = ROWS.find(
    ({ codes, words }) => codes.includes(statusCode) && (words === undefined || words.test(said)),
  );
  const text = statusText(status, secrets) || `HTTP ${statusCode}`;
  if (!row) return toLaunchError(withoutSecrets(error, text), doing);
  return new LaunchError(row.code, `the cluster does not accept the Job: ${text}`, {
    cause: withoutSecrets(error, text),
    retryable: row.retryable ?? false,
    ...(row.hint === undefined ? {} : { hint: row.hint }),
  });
}

/** Its own message may quote the manifest, and errors are logged. */
const withoutSecrets = ({ statusCode, status, retryAfterMs, cause }: ApiError, text: string) =>
  new ApiError(statusCode, statusCode === 0 ? "no answer" : text, {
    status: statusCode === 0 ? {} : { reason: status.reason ?? "", message: text },
    retryAfterMs,
    cause: statusCode === 0 ? cause : undefined,
  });
