import { type Cause, type CauseCode, causeOf } from "./cause.ts";
import { mask, maskCredentials } from "./redact.ts";
import { cutText } from "./text.ts";

/** One thing that is wrong with a request, a configuration or a command line. */
export interface Problem {
  /** Where it stands, as the sender would write it: `infrastructure.env.PATH`; empty for the whole. */
  readonly path: string;
  /** What it is and what was expected, a sentence without a secret's value. */
  readonly message: string;
}

interface Particulars {
  readonly blame?: Cause["blame"];
  readonly retryable?: boolean;
  readonly hint?: string;
  /** How long the engine asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * The one error of everything below the use cases. It is classified at the engine's edge, where the answer is
 * understood; above it, code branches on `code` and `retryable` and never reads a message.
 */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly code: CauseCode;
  /** Whether the same call may succeed later: the message goes back to the queue. */
  readonly retryable: boolean;
  readonly blame: Cause["blame"];
  readonly hint: string;
  readonly retryAfterMs: number | undefined;
  readonly problems: readonly Problem[];

  constructor(code: CauseCode, message: string, particulars: Particulars = {}) {
    super(message, particulars.cause === undefined ? undefined : { cause: particulars.cause });
    const usual = causeOf(code, message);
    this.code = code;
    this.retryable = particulars.retryable ?? false;
    this.blame = particulars.blame ?? usual.blame;
    this.hint = particulars.hint ?? usual.hint;
    this.retryAfterMs = particulars.retryAfterMs;
    this.problems = particulars.problems ?? [];
  }

  /** The error as results carry it. */
  toCause(): Cause {
    return causeOf(this.code, this.message, {
      blame: this.blame,
      retryable: this.retryable,
      hint: this.hint,
    });
  }
}

const WAIT = "It is tried again by itself. If it lasts, look at what the message names.";

/** An engine, a queue or a network that does not answer now and may later. */
export function unavailable(message: string, particulars: Particulars = {}): LaunchError {
  return new LaunchError("EngineLost", message, { retryable: true, hint: WAIT, ...particulars });
}

/** The same error with another hint. */
export function withHint(error: LaunchError, hint: string): LaunchError {
  const { code, message, blame, retryable, retryAfterMs, problems } = error;
  const waits = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new LaunchError(code, message, {
    ...{ blame, retryable, hint, problems, cause: error },
    ...waits,
  });
}

/** The same error with the given secrets masked wherever it shows them: engines repeat what they refuse. */
export function withoutSecrets(error: LaunchError, secrets: readonly string[]): LaunchError {
  const hide = (text: string) => mask(text, secrets);
  const { code, blame, retryable, hint, retryAfterMs, problems, cause } = error;
  return new LaunchError(code, hide(error.message), {
    blame,
    retryable,
    hint: hide(hint),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    problems: problems.map(({ path, message }) => ({ path: hide(path), message: hide(message) })),
    ...(cause === undefined ? {} : { cause: hideInCause(cause, hide) }),
  });
}

/** Only what says where and why is kept of it: its other fields may hold a whole request or answer. */
function hideInCause(cause: unknown, hide: (text: string) => string): unknown {
  if (!(cause instanceof Error)) return hide(String(cause));
  const inner = cause.cause === undefined ? undefined : { cause: hideInCause(cause.cause, hide) };
  const copy = new Error(hide(cause.message), inner);
  copy.name = cause.name;
  copy.stack = hide(cause.stack ?? "");
  return copy;
}

/** So many problems are listed; a hostile body can have thousands. */
const MAX_PROBLEMS = 100;
const MAX_IN_MESSAGE = 20;
const MAX_PATH = 300;
const MAX_MESSAGE = 1_000;

/** A request that can never succeed, with every problem found in it, up to a hundred. */
export function invalid(problems: readonly Problem[]): LaunchError {
  return refused("Invalid", problems);
}

/** As `invalid`, with another code: `Denied` by the policy, say. */
export function refused(code: CauseCode, problems: readonly Problem[]): LaunchError {
  const listed = atMost(
    MAX_PROBLEMS,
    problems.slice(0, MAX_PROBLEMS).map(bounded),
    problems.length,
  );
  return new LaunchError(code, describeProblems(listed), { problems: listed });
}

export function describeProblems(problems: readonly Problem[]): string {
  return atMost(MAX_IN_MESSAGE, problems, problems.length)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
    .join("; ");
}

function atMost(limit: number, problems: readonly Problem[], found: number): readonly Problem[] {
  if (found <= limit) return problems;
  const more: Problem = { path: "", message: `and ${found - limit} more problems` };
  return [...problems.slice(0, limit), more];
}

function bounded({ path, message }: Problem): Problem {
  const masked = maskCredentials(message);
  return { path: cutText(path, MAX_PATH), message: cutText(masked, MAX_MESSAGE) };
}
