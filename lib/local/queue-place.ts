import type { Sqs } from "../queues/sqs.ts";
import type { QueueUrls } from "../queues/sqs-queues.ts";

/** The queues that a local Slipway works on, embedded or somewhere else. */
export interface QueuePlace {
  readonly urls: QueueUrls & { readonly requests: string };
  /** What reaches them. It is closed when the place is stopped. */
  readonly sqs: Sqs;
  readonly maxReceiveCount: number;
  /** Answers waiting long polls, where that is in our hands. */
  releasePolls(): void;
  stop(): Promise<void>;
}
