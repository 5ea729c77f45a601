import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { unavailable } from "../../runs/launch-error.ts";
import { isErrno } from "./atomic-file.ts";

const time = z.iso.datetime();

const Identity = z.object({ host: z.string(), pid: z.int(), birth: z.string() });

export const RequestRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.optional(z.string()),
  /** null: a tombstone, made by a cancel that came before its run. */
  digest: z.nullable(z.string()),
  /** This directory and no other of the same name. */
  uid: z.string(),
  createdAt: time,
  creator: Identity,
  labels: z.record(z.string(), z.string()),
  /** Values that the output may hold; they stay as long as the output does. */
  secrets: z.array(z.string()),
  streamOutput: z.boolean(),
  traceparent: z.optional(z.string()),
  /** How long it may run, and how long it then has between the polite and the final signal. */
  limit: z.optional(z.object({ timeoutSeconds: z.number(), graceSeconds: z.number() })),
});
export type RequestRecord = z.infer<typeof RequestRecord>;

export const LaunchRecord = z.object({
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  /** Names that the request takes out of the process environment. */
  unset: z.array(z.string()),
});
export type LaunchRecord = z.infer<typeof LaunchRecord>;

const Reason = z.enum(["Cancelled", "SubmissionFailed", "Conflict"]);

export const ClaimRecord = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("recorder"), process: Identity }),
  z.object({ kind: z.literal("fence"), reason: Reason, message: z.string(), at: time }),
]);
export type ClaimRecord = z.infer<typeof ClaimRecord>;

export const StartRecord = z.object({ process: Identity, at: time });
export type StartRecord = z.infer<typeof StartRecord>;

export const CancelRecord = z.object({
  reason: Reason,
  message: z.string(),
  graceSeconds: z.number(),
  at: time,
});
export type CancelRecord = z.infer<typeof CancelRecord>;

/** What ended it before its time: its own limit or somebody's wish. */
const Stop = z.enum(["deadline", "cancel"]);
export type Stop = z.infer<typeof Stop>;

export const EndRecord = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("exited"),
    /** The exit code, or the negative number of the signal. */
    status: z.int(),
    stop: z.optional(Stop),
    at: time,
    /** Why the output is not whole; undefined where it is. */
    outputLost: z.optional(z.string()),
  }),
  /** It could not be started: `code` is what the operating system said of the command, undefined where it was not that. */
  z.object({
    kind: z.literal("refused"),
    code: z.optional(z.string()),
    message: z.string(),
    at: time,
  }),
  /** It is gone and nobody saw how: its recorder had been killed. */
  z.object({ kind: z.literal("gone"), stop: z.optional(Stop), at: time }),
]);
export type EndRecord = z.infer<typeof EndRecord>;

export const SettledRecord = z.object({ at: time });
export type SettledRecord = z.infer<typeof SettledRecord>;

/** A record, or undefined where there is none. Throws a LaunchError where it cannot be read. */
export async function readRecord<T>(
  path: string,
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    const why = error instanceof Error && "code" in error ? String(error.code) : "it is damaged";
    throw unavailable(`${path} cannot be read: ${why}`, { cause: error });
  }
}
