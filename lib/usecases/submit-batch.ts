import {
  BatchProcessor,
  EventType,
  processPartialResponse,
  SqsFifoPartialProcessorAsync,
} from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { toRequestMessage } from "../queues/sqs-record.ts";
import { invalid } from "../runs/launch-error.ts";
import type { Dependencies } from "./dependencies.ts";
import { submitRecord } from "./submit-record.ts";
import type { Budget } from "./submit-run.ts";

/** What an invocation keeps back for its answer, in milliseconds. */
const RESERVE_MS = 1_500;

export type TimeLimit = Pick<Context, "getRemainingTimeInMillis">;

/** Does one record's work; a caller that has something to do before or after it passes its own. */
export type DealWith = (record: SQSRecord, work: () => Promise<void>) => Promise<void>;

/**
 * Deals with every message on its own and reports those that go back to the queue; on a FIFO queue the later messages of
 * a failed one's group go back with it, so that a group stays in order.
 */
export async function submitBatch(
  deps: Dependencies,
  event: SQSEvent,
  limit: TimeLimit,
  dealWith: DealWith = (_record, work) => work(),
): Promise<SQSBatchResponse> {
  const records = recordsOf(event);
  const budget = budgetOf(limit);
  const submit = (record: SQSRecord) =>
    dealWith(record, () => submitRecord(deps, toRequestMessage(record), budget));
  const isFifo = records.some((record) => record.eventSourceARN?.endsWith(".fifo"));
  return isFifo
    ? processPartialResponse(event, submit, new SqsFifoPartialProcessorAsync(), {
        skipGroupOnError: true,
        throwOnFullBatchFailure: false,
      })
    : processPartialResponse(event, submit, new BatchProcessor(EventType.SQS), {
        throwOnFullBatchFailure: false,
      });
}

/** An event that could not be answered record by record fails as a whole: then nothing of it is acknowledged. */
function recordsOf(event: SQSEvent): readonly SQSRecord[] {
  const records: unknown = event?.Records;
  if (!Array.isArray(records))
    throw invalid([{ path: "Records", message: "is required: this function takes SQS events" }]);
  records.forEach((record, index) => {
    if (typeof record?.messageId !== "string" || typeof record.body !== "string")
      throw invalid([{ path: `Records[${index}]`, message: "has no messageId or no body" }]);
  });
  return records;
}

function budgetOf(limit: TimeLimit): Budget {
  const available = Math.max(0, limit.getRemainingTimeInMillis() - RESERVE_MS);
  return {
    signal: AbortSignal.timeout(available),
    remainingMs: () => Math.max(0, limit.getRemainingTimeInMillis() - RESERVE_MS),
  };
}
