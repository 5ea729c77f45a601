import { unavailable } from "../runs/launch-error.ts";
import type { SqsClient } from "./sqs-client.ts";
import { toQueueError } from "./sqs-errors.ts";

/** How long the time last heard is carried on by this machine's clock. In a frozen function even that may stand still. */
const FRESH_MS = 10_000;

const ASK_WITHIN_MS = 10_000;

/** The queue server's clock. */
export interface QueueClock {
  /** Milliseconds since 1970, to the second: HTTP tells no more. */
  nowMs(): Promise<number>;
}

/** Listens to the `Date` of every answer that the client gets, and asks the queue where none came lately. */
export function createQueueClock(
  client: SqsClient,
  queueUrl: string,
  now: () => number = Date.now,
): QueueClock {
  let heard: { readonly serverMs: number; readonly localMs: number } | undefined;
  const read = () => {
    const passed = heard ? now() - heard.localMs : Number.NaN;
    return heard && passed >= 0 && passed <= FRESH_MS ? heard.serverMs + passed : undefined;
  };
  client.onDate((serverMs) => {
    heard = { serverMs, localMs: now() };
  });
  return {
    async nowMs() {
      if (read() === undefined) await askForAnything(client, queueUrl);
      const time = read();
      if (time === undefined) throw unavailable(`the server of ${queueUrl} tells no time`);
      return time;
    },
  };
}

async function askForAnything(client: SqsClient, queueUrl: string): Promise<void> {
  const question = { QueueUrl: queueUrl, AttributeNames: ["CreatedTimestamp" as const] };
  try {
    await client.call("GetQueueAttributes", question, {
      abortSignal: AbortSignal.timeout(ASK_WITHIN_MS),
    });
  } catch (error) {
    throw toQueueError(error, "say what time it is");
  }
}
