import type { QueueUrls } from "../queues/sqs-queues.ts";

/** The queues that a local Slipway works on, embedded or somewhere else. */
export interface QueuePlace {
  readonly urls: QueueUrls & { readonly requests: string };
  /** What a client needs to reach them; nothing else may see it, as it is not for AWS itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly maxReceiveCount: number;
  /** Answers waiting long polls, where that is in our hands. */
  releasePolls(): void;
  stop(): Promise<void>;
}
