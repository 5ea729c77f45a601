import type { SQSRecord } from "aws-lambda";

/**
 * The records that may be deleted after a handler answered, by the rules of Lambda with ReportBatchItemFailures: an empty
 * answer acknowledges everything. Throws where the answer is malformed or names a message that was not in the batch: then
 * nothing is acknowledged. (Lambda's guide, "Success and failure conditions".)
 */
export function succeededRecords(records: readonly SQSRecord[], response: unknown): SQSRecord[] {
  const failed = failedIds(response);
  const known = new Set(records.map(({ messageId }) => messageId));
  const stranger = failed.find((id) => !known.has(id));
  if (stranger !== undefined) throw malformed(`${stranger} is the id of no message in the batch`);
  return records.filter(({ messageId }) => !failed.includes(messageId));
}

function failedIds(response: unknown): string[] {
  if (response === undefined || response === null) return [];
  if (typeof response !== "object") throw malformed("it is no object");
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) throw malformed("batchItemFailures is no list");
  return failures.map((failure: unknown) => {
    const id: unknown = Object(failure).itemIdentifier;
    if (typeof id !== "string" || id === "") throw malformed("a failure has no itemIdentifier");
    return id;
  });
}

const malformed = (why: string) => new Error(`the handler's answer fails the whole batch: ${why}`);
