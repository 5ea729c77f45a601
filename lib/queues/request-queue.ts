/** One message of the requests queue, or of its dead letters. */
export interface RequestMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
  /** When it was first received, in milliseconds by the queue's clock. */
  readonly firstReceivedAtMs: number;
  /** String attributes that travel with the message: `traceparent`, the reason of a dead letter. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What `submit` asks of the queue besides acknowledging, which its own answer does. */
export interface RequestQueue {
  /** Keeps a message that is being worked on out of sight for so many seconds from now. Gone already is fine. */
  delay(message: RequestMessage, seconds: number): Promise<void>;
  /** The queue's own clock, in milliseconds: first receipts are compared with this and with no other. */
  nowMs(): Promise<number>;
}

/** The messages that the requests queue has given up on. */
export interface DeadLetterQueue {
  /** At most `max` (≤ 10) of those not being worked on; an empty list where there is none. */
  receive(max: number, signal: AbortSignal): Promise<readonly RequestMessage[]>;
  /** It is dealt with. Gone already is fine. */
  delete(message: RequestMessage): Promise<void>;
  /**
   * Takes a message that is given up, with the reason as an attribute: what the queue itself moves there says none.
   * Twice is possible, as everywhere; the same run is fenced by either.
   */
  add(message: RequestMessage, reason: string, signal: AbortSignal): Promise<void>;
  /** Others may receive it again at once. Gone already is fine. */
  release(message: Pick<RequestMessage, "receiptHandle">): Promise<void>;
}

/** Sends a request again, as a new message with a receipt count and first receipt of its own. */
export interface RequestSender {
  send(message: RequestMessage, signal: AbortSignal): Promise<void>;
}
