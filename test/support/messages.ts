import type { RequestMessage } from "../../lib/queues/request-queue.ts";

let count = 0;

/** A message of the requests queue as it is on its first receipt. */
export function aMessage(overrides: Partial<RequestMessage> = {}): RequestMessage {
  count++;
  return {
    messageId: `message-${count}`,
    receiptHandle: `receipt-${count}`,
    body: "{}",
    receiveCount: 1,
    firstReceivedAtMs: Date.now(),
    attributes: {},
    ...overrides,
  };
}
