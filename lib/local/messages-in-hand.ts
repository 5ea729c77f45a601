import type { SQSRecord } from "aws-lambda";
import { unavailable } from "../runs/launch-error.ts";
import type { Log } from "../usecases/dependencies.ts";
import { createDeletions } from "./deletions.ts";
import type { SqsSource } from "./sqs-source.ts";
import { createVisibility, VISIBILITY_SECONDS } from "./visibility.ts";

interface Options {
  readonly source: Pick<SqsSource, "extend" | "delete">;
  readonly log: Pick<Log, "info" | "warn">;
  readonly visibilitySeconds?: number;
}

/** What a handler may say about its messages before it answers. */
export interface MessagesInHand {
  /**
   * Does a message's work, and has the message deleted as soon as that has succeeded. Throws without doing it where the
   * message is visible again: its work is the next receiver's, and comes before that of its successors in its group.
   */
  dealWith(record: SQSRecord, work: () => Promise<void>): Promise<void>;
  /** Its visibility is about to be set to something else, which stays: it is not extended any more. */
  letGo(receiptHandle: string): Promise<void>;
}

/** The messages that have been received and are not dealt with: nobody else receives them meanwhile. */
export function createMessagesInHand(options: Options) {
  const { source, log, visibilitySeconds = VISIBILITY_SECONDS } = options;
  const visibility = createVisibility({ source, log, visibilitySeconds });
  const deletions = createDeletions(source, log);
  const open = new Set<string>();

  const done = (record: SQSRecord) => {
    if (!open.delete(record.receiptHandle)) return; // said before, or given up meanwhile
    void visibility.letGo(record.receiptHandle);
    deletions.add(record);
  };
  const forHandlers: MessagesInHand = {
    async dealWith(record, work) {
      if (!visibility.isKept(record.receiptHandle))
        throw unavailable("the message is visible again");
      await work();
      done(record);
    },
    letGo: visibility.letGo,
  };

  return {
    ...forHandlers,
    visibilitySeconds,
    take(records: readonly SQSRecord[]) {
      const handles = records.map(({ receiptHandle }) => receiptHandle);
      for (const handle of handles) open.add(handle);
      visibility.keep(handles);
    },
    done,
    /** The others of these come again when their visibility ends. Resolves when those that are done are deleted. */
    async release(records: readonly SQSRecord[]) {
      for (const { receiptHandle } of records)
        if (open.delete(receiptHandle)) void visibility.letGo(receiptHandle);
      await deletions.flush();
    },
  };
}
