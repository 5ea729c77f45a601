import type { ResultSink } from "./result-sink.ts";
import { createSeveralResultSinks } from "./several-result-sinks.ts";

/** Where results go; each that is named gets every result. */
export interface ResultPlaces {
  /** The URL of an SQS queue. */
  readonly queue?: string | undefined;
  /** The ARN of an SNS topic. */
  readonly topic?: string | undefined;
  /** The name or ARN of an EventBridge bus. */
  readonly event_bus?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the configuration says, and what the environment says instead. */
export function resultPlaces(configured: ResultPlaces, env: Environment): ResultPlaces {
  return {
    queue: env.SLIPWAY_RESULTS_URL || configured.queue,
    topic: env.SLIPWAY_RESULTS_TOPIC || configured.topic,
    event_bus: env.SLIPWAY_RESULTS_BUS || configured.event_bus,
  };
}

/** A sink for every place but the queue, whose own door opens it; undefined where neither is named. Loads the SDKs that it needs. */
export async function openResultSinks(
  { topic, event_bus: bus }: ResultPlaces,
  queue: ResultSink | undefined,
): Promise<ResultSink | undefined> {
  const sinks = [
    ...(queue ? [queue] : []),
    ...(topic ? [(await import("./sns-result-sink.ts")).createSnsResultSink(topic)] : []),
    ...(bus
      ? [(await import("./eventbridge-result-sink.ts")).createEventBridgeResultSink(bus)]
      : []),
  ];
  return sinks.length > 1 ? createSeveralResultSinks(sinks) : sinks[0];
}
