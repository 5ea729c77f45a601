import type { BackendRegistry } from "../backends/registry.ts";
import type { Config } from "../config/config.ts";
import type { DeadLetterQueue, RequestQueue } from "../queues/request-queue.ts";
import type { ResultSink } from "../queues/result-sink.ts";
import type { Target } from "../runs/run.ts";

/** Structured log; Powertools' logger is one. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Counters and timings; a no-op where nobody collects them. */
export interface Metrics {
  count(name: string, value?: number, dimensions?: Readonly<Record<string, string>>): void;
  milliseconds(name: string, value: number): void;
}

/** What the use cases stand on. Every member is a port: nothing here is an SDK. */
export interface Dependencies {
  readonly config: Config;
  readonly backends: BackendRegistry;
  /** Every target that may hold runs, for the sweep. */
  readonly targets: readonly Target[];
  readonly results: ResultSink;
  readonly requests: RequestQueue;
  /** undefined where the queue has none. */
  readonly deadLetters: DeadLetterQueue | undefined;
  /** After so many receipts the queue hands a message to the dead letters. */
  readonly maxReceiveCount: number;
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly metrics: Metrics;
}
