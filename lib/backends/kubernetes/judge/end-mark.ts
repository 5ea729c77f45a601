import * as z from "zod/mini";
import { Cause } from "../../../runs/cause.ts";
import type { Job } from "../api/api-types.ts";
import { PREFIX } from "../markers.ts";
import { conditionOf } from "./conditions.ts";

/**
 * On a Job whose pods its controller removes when it fails: how they ended, written while they are still there. Together with
 * the end of their output it is all that is left once the Job says that it has failed.
 */
export const END_ANNOTATION = `${PREFIX}end`;

/** The end of that output, secrets masked. */
export const OUTPUT_ANNOTATION = `${PREFIX}output`;

export const EndMark = z.object({
  statusCode: z.int(),
  cause: Cause,
  attempts: z.int().check(z.nonnegative()),
  startedAt: z.optional(z.string()),
  finishedAt: z.optional(z.string()),
  /** Written when a container failed that was started again: it counts only where nothing later is known. */
  interim: z.optional(z.boolean()),
});
export type EndMark = z.infer<typeof EndMark>;

/** undefined where none was written for good; what somebody else wrote there says nothing. */
export function readEndMark(job: Job): EndMark | undefined {
  const mark = readAnyMark(job);
  return mark?.interim ? undefined : mark;
}

/** The same, but the interim one of a failed Job where nothing else is left of its pods. */
export function lastMarkOf(job: Job, isNothingLeft: boolean): EndMark | undefined {
  const mark = readAnyMark(job);
  return !mark?.interim || (isNothingLeft && conditionOf(job, "Failed")) ? mark : undefined;
}

function readAnyMark({ metadata }: Job): EndMark | undefined {
  const text = metadata?.annotations?.[END_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    return EndMark.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Not of a Job that is complete after all: that was the output of an earlier try. */
export const keptOutputOf = (job: Job): string | undefined =>
  conditionOf(job, "Complete") ? undefined : job.metadata?.annotations?.[OUTPUT_ANNOTATION];
