import type { SQSRecord } from "aws-lambda";
import type { Log } from "../usecases/dependencies.ts";
import { AT_ONCE, type SqsSource } from "./sqs-source.ts";

/** How long a message that is dealt with waits for others to share its call, in milliseconds. */
const SHARED_WITHIN_MS = 1_000;

export interface Deletions {
  add(record: SQSRecord): void;
  /** Resolves when everything added is deleted, or has been reported as not deleted. */
  flush(): Promise<void>;
}

/** Deletes messages soon, ten with one call where there are as many. */
export function createDeletions(
  source: Pick<SqsSource, "delete">,
  log: Pick<Log, "warn">,
): Deletions {
  let waiting: SQSRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  let deleting: Promise<unknown> = Promise.resolve();

  const deleteWaiting = () => {
    clearTimeout(timer);
    timer = undefined;
    const records = waiting;
    waiting = [];
    if (records.length === 0) return;
    const call = source.delete(records).catch((error: unknown) => {
      log.warn("messages could not be deleted and will come again", { error });
    });
    deleting = Promise.all([deleting, call]);
  };

  return {
    add(record) {
      waiting.push(record);
      if (waiting.length >= AT_ONCE) deleteWaiting();
      else timer ??= setTimeout(deleteWaiting, SHARED_WITHIN_MS);
    },
    async flush() {
      deleteWaiting();
      await deleting;
    },
  };
}
