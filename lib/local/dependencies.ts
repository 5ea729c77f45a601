import { createStdoutResultSink } from "../queues/stdout-result-sink.ts";
import type { Dependencies } from "../usecases/dependencies.ts";
import type { QueuePlace } from "./queue-place.ts";

/** What is the same whatever queue the messages come from. */
export type Engines = Pick<Dependencies, "config" | "backends" | "targets" | "baseEnvironment">;

type Ears = Pick<Dependencies, "log"> & Partial<Pick<Dependencies, "metrics">>;

/** The use cases' dependencies on one machine: the engines that are found, and the queues of a place. */
export async function createLocalDependencies(
  { config, backends, targets, baseEnvironment }: Engines,
  place: Pick<QueuePlace, "sqs" | "urls" | "maxReceiveCount">,
  { log, metrics = NOBODY_COUNTS }: Ears,
): Promise<Dependencies> {
  const { createSqsQueues } = await import("../queues/sqs-queues.ts");
  const { createNoQueue } = await import("../queues/no-queue.ts");
  const queues = createSqsQueues(place.sqs, place.urls);
  return {
    config,
    backends,
    targets,
    baseEnvironment,
    requests: queues.requests ?? createNoQueue(),
    deadLetters: queues.deadLetters,
    results: queues.results ?? createStdoutResultSink(),
    maxReceiveCount: place.maxReceiveCount,
    log,
    metrics,
  };
}

const NOBODY_COUNTS = { count: () => undefined, milliseconds: () => undefined };
