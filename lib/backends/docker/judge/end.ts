import * as z from "zod/mini";
import { Cause } from "../../../runs/cause.ts";
import type { Ended } from "../../../runs/observation.ts";

/** How a run ended, as its done mark keeps it: what was published, for whoever asks later. */
export type End = Omit<Ended, "state" | "run">;

const End = z.object({
  outcome: z.enum(["completed", "failed", "crashed", "cancelled", "rejected"]),
  statusCode: z.int(),
  cause: z.nullable(Cause),
  startedAt: z.optional(z.string()),
  finishedAt: z.optional(z.string()),
  attempts: z.int(),
});

const Receipt = z.object({ uid: z.string(), createdAt: z.string(), end: End });

/** The end of one certain container. */
export interface Receipt {
  readonly uid: string;
  readonly createdAt: string;
  readonly end: End;
}

export const writeReceipt = (receipt: Receipt): string => JSON.stringify(receipt);

/** undefined where it cannot be read. */
export function readReceipt(text: string | undefined): Receipt | undefined {
  if (text === undefined) return undefined;
  try {
    const { uid, createdAt, end } = Receipt.parse(JSON.parse(text));
    return {
      uid,
      createdAt,
      end: { ...end, startedAt: end.startedAt, finishedAt: end.finishedAt },
    };
  } catch {
    return undefined;
  }
}
