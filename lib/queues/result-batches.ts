import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { Result } from "../runs/result.ts";
import { sizeOf, toEntry } from "./result-entry.ts";
import { shortenResult } from "./shorten-result.ts";

/** What SQS takes in one message and in one batch, in bytes. */
export const MAX_BYTES = 1_048_576;
const MAX_ENTRIES = 10;

/** A result that fits into a message, with its place among those that were to be published. */
export interface Parcel {
  readonly index: number;
  readonly result: Result;
  readonly entry: SendMessageBatchRequestEntry;
  /** What SQS counts, in bytes. */
  readonly size: number;
}

/** undefined where the result does not fit into `maxBytes` however much of it is left out. */
export function toParcel(
  result: Result,
  index: number,
  fifo: boolean,
  maxBytes = MAX_BYTES,
): Parcel | undefined {
  const whole = toEntry(result, String(index), fifo);
  const bodyBytes = maxBytes - (sizeOf(whole) - Buffer.byteLength(whole.MessageBody ?? ""));
  const fitting = shortenResult(result, bodyBytes);
  if (fitting === undefined) return undefined;
  const entry = fitting === result ? whole : toEntry(fitting, String(index), fifo);
  return { index, result: fitting, entry, size: sizeOf(entry) };
}

/** Batches in order, each of at most ten results and as many bytes as one call may carry. */
export function toBatches(parcels: readonly Parcel[]): Parcel[][] {
  const batches: Parcel[][] = [];
  let bytes = 0;
  for (const parcel of parcels) {
    const current = batches.at(-1);
    if (current && current.length < MAX_ENTRIES && bytes + parcel.size <= MAX_BYTES) {
      current.push(parcel);
      bytes += parcel.size;
    } else {
      batches.push([parcel]);
      bytes = parcel.size;
    }
  }
  return batches;
}
