import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { isRecord } from "./canonical-json.ts";
import { Cause } from "./cause.ts";
import { INFRASTRUCTURE_TYPES } from "./infrastructure.ts";
import type { Ended, ObservedRun } from "./observation.ts";
import { mask } from "./redact.ts";
import { boundData } from "./result-bounds.ts";
import { cleanText } from "./text.ts";

export const State = z.enum([
  "submitted",
  "completed",
  "failed",
  "crashed",
  "cancelled",
  "rejected",
  "delayed",
]);
export type State = z.infer<typeof State>;

/** The states after which nothing more comes for a run. */
export const TERMINAL_STATES: ReadonlySet<State> = new Set([
  "completed",
  "failed",
  "crashed",
  "cancelled",
  "rejected",
]);

const timestamp = z.nullable(z.iso.datetime({ offset: true }));

export const ResultData = z.object({
  id: z.string(),
  /** The infrastructure's type; null where the request was too broken to tell. */
  type: z.nullable(z.enum(INFRASTRUCTURE_TYPES)),
  name: z.nullable(z.string()),
  /** Which infrastructure it is, for people; null where there is none. */
  identifier: z.nullable(z.string()),
  state: State,
  status_code: z.nullable(z.int()),
  cause: z.nullable(Cause),
  created_at: timestamp,
  started_at: timestamp,
  finished_at: timestamp,
  duration_ms: z.nullable(z.int().check(z.nonnegative())),
  attempts: z.int().check(z.nonnegative()),
  logs: z.nullable(z.object({ tail: z.string(), truncated: z.boolean() })),
  labels: z.record(z.string(), z.string()),
  warnings: z.array(z.string()),
  /** Every problem of a rejected request, with its path. */
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** `rejected` where no id could be read: the first 1 KiB of the message's body. */
  body: z.optional(z.string()),
});
export type ResultData = z.infer<typeof ResultData>;

/** A CloudEvents 1.0 object in JSON, one SQS message body each. */
export const Result = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string().check(z.regex(/^dev\.slipway\.run\.[a-z]+$/)),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal("application/json"),
  traceparent: z.optional(z.string()),
  data: ResultData,
});
export type Result = z.infer<typeof Result>;

interface Draft {
  readonly source: string;
  /** The infrastructure's uid, or whatever stands for it where there is none. */
  readonly uid: string;
  /** ISO 8601: when the state came about, so that copies of one result are equal. */
  readonly time: string;
  readonly data: Partial<ResultData> & Pick<ResultData, "id" | "state">;
  readonly traceparent?: string | undefined;
}

/**
 * An event whose id is a function of run id, infrastructure uid and state: published twice, it is recognisably the same.
 * Every text in it is made fit for SQS.
 */
export function resultOf({ source, uid, time, data, traceparent }: Draft): Result {
  const bounded = cleanTexts(boundData({ ...EMPTY, ...data })); // in this order: cleaning lengthens nothing
  return {
    specversion: "1.0",
    id: eventId(data.id, uid, data.state),
    source: encodeURI(cleanText(source)).replace(/[?#]/g, encodeURIComponent),
    type: `dev.slipway.run.${data.state}`,
    subject: bounded.id,
    time,
    datacontenttype: "application/json",
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
    data: bounded,
  };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header; what is none is no attribute of an event either. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function eventId(runId: string, uid: string, state: State): string {
  return createHash("sha256")
    .update(JSON.stringify([runId, uid, state]))
    .digest("hex")
    .slice(0, 32);
}

/** The event of a run that exists on its engine. */
export function submittedResult(run: ObservedRun, traceparent = run.traceparent): Result {
  const data = { ...describe(run), state: "submitted" as const };
  return resultOf({ source: run.source, uid: run.uid, time: run.createdAt, data, traceparent });
}

/** The event of a run that is over, with the end of its output where that could be read. */
export function terminalResult(ended: Ended, logs: ResultData["logs"]): Result {
  const { run, outcome, startedAt, finishedAt } = ended;
  const data = {
    ...describe(run),
    state: outcome,
    status_code: outcome === "rejected" ? null : ended.statusCode,
    cause: ended.cause && withoutSecrets(ended.cause, run.secrets),
    started_at: startedAt ?? null,
    finished_at: finishedAt ?? null,
    duration_ms: startedAt && finishedAt ? durationMs(startedAt, finishedAt) : null,
    attempts: ended.attempts,
    logs,
  };
  const { source, uid, traceparent } = run;
  return resultOf({ source, uid, time: finishedAt ?? run.createdAt, data, traceparent });
}

/** Engines repeat what they could not do. */
const withoutSecrets = (cause: Cause, secrets: readonly string[]): Cause => ({
  ...cause,
  message: mask(cause.message, secrets),
});

function describe(run: ObservedRun) {
  return {
    id: run.key.id,
    type: run.key.target.type,
    name: run.key.name ?? null,
    identifier: run.identifier,
    created_at: run.createdAt,
    labels: { ...run.labels },
    warnings: run.warnings.map((text) => mask(text, run.secrets)),
  };
}

const durationMs = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from));

const EMPTY: Omit<ResultData, "id" | "state"> = {
  type: null,
  name: null,
  identifier: null,
  status_code: null,
  cause: null,
  created_at: null,
  started_at: null,
  finished_at: null,
  duration_ms: null,
  attempts: 0,
  logs: null,
  labels: {},
  warnings: [],
  problems: [],
};

/** Every text of it, keys included, fit for SQS. */
function cleanTexts<T>(value: T): T {
  const clean = (inner: unknown): unknown => {
    if (typeof inner === "string") return cleanText(inner);
    if (Array.isArray(inner)) return inner.map(clean);
    if (!isRecord(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, member]) => [cleanText(key), clean(member)]),
    );
  };
  return clean(value) as T;
}
