import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { backendLoaders } from "../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../lib/backends/registry.ts";
import { createSecretResolver } from "../../../lib/config/secrets.ts";
import { startEmbeddedQueue } from "../../../lib/local/embedded-queue.ts";
import { createSqs } from "../../../lib/queues/sqs.ts";
import { RECEIVE_EVERYTHING, toSqsRecord } from "../../../lib/queues/sqs-message.ts";
import { createSqsQueues, type QueueUrls } from "../../../lib/queues/sqs-queues.ts";
import { Result } from "../../../lib/runs/result.ts";
import type { Dependencies } from "../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../lib/usecases/submit-batch.ts";
import { watch } from "../../../lib/usecases/watch.ts";
import { checkHistory } from "./check-history.ts";
import { type Call, startFaultProxy } from "./fault-proxy.ts";
import type { FaultKind } from "./faults.ts";
import type { Place, Stage } from "./stage.ts";
import { createTruth } from "./truth.ts";

/** Which server a call goes to: its own proxy stands before each. */
export type Server = "engine" | "queue";

export type Plan = (server: Server, call: Call) => FaultKind | undefined;

export interface TrialOptions {
  readonly id: string;
  readonly plan?: Plan;
  readonly exitCode?: number;
  /** A cancel is sent once the run is there, and the run itself would go on for long. */
  readonly cancel?: boolean;
}

export interface TrialReport {
  readonly calls: Readonly<Record<Server, readonly Call[]>>;
  /** Every promise that was broken, in words; empty where all were kept. */
  readonly broken: readonly string[];
  readonly state: string;
}

/** A secret of the run's; it must come out nowhere. */
const CANARY = "c4n4ry-of-the-trial";

const ACCOUNTED_MS = 6_500;
const MAX_ROUNDS = 25;

/**
 * One message from the queue to quiescence through the real handlers, with faults on the way: delivered again as long as
 * the queue does so, swept as a schedule does, then held against the promises.
 */
export async function runTrial(stage: Stage, options: TrialOptions): Promise<TrialReport> {
  await using truth = await createTruth();
  const queue = await startEmbeddedQueue({ visibilitySeconds: 60 });
  await using queueProxy = await startFaultProxy({
    upstream: {
      host: "127.0.0.1",
      port: Number(new URL(queue.env.AWS_ENDPOINT_URL_SQS ?? "").port),
    },
    fault: (call) => options.plan?.("queue", call),
  });
  await using engineProxy = stage.upstream
    ? await startFaultProxy({
        upstream: stage.upstream,
        ...(stage.serve ? { serve: stage.serve } : {}),
        fault: (call) => options.plan?.("engine", call),
      })
    : undefined;
  await using place = await stage.enter(engineProxy?.port, truth.directory);
  const direct = queue.sqs.clientOf(queue.urls.requests);
  try {
    const env = { ...queue.env, AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${queueProxy.port}` };
    const urls = throughProxy(queue.urls, queueProxy.port);
    const spoiled: Spoiled = { env, urls, logged: [] };
    const pauseSeconds = options.cancel ? 60 : 0;
    const script = truth.script(options.id, options.exitCode ?? 0, place.inside, pauseSeconds);
    const infrastructure = {
      ...place.infrastructure(`echo "$API_TOKEN"; ${script}`),
      env: { API_TOKEN: CANARY },
    };
    await send(direct, queue.urls.requests, { id: options.id, infrastructure });
    const results = await driveToRest(place, spoiled, direct, queue.urls, options, infrastructure);
    const { id, exitCode = 0, cancel = false } = options;
    const sent = [{ id, exitCode, cancel }];
    const broken = checkHistory({ sent, results, truth: await truth.read() });
    const left = await place.leftovers();
    const shown = [JSON.stringify(results), ...spoiled.logged];
    const leaks = shown.filter((one) => one.includes(CANARY));
    return {
      calls: { queue: queueProxy.calls, engine: engineProxy?.calls ?? [] },
      broken: [
        ...broken,
        ...left.map((what) => `left behind: ${what}`),
        ...leaks.map((what) => `shows a secret: ${what}`),
      ],
      state: results.map(({ data }) => data.state).join(", "),
    };
  } finally {
    await queue.stop();
  }
}

const throughProxy = (urls: QueueUrls, port: number): QueueUrls => {
  const swap = (url: string | undefined) => url?.replace(/:\d+\//, `:${port}/`);
  return {
    requests: swap(urls.requests),
    deadLetters: swap(urls.deadLetters),
    results: swap(urls.results),
  };
};

interface Spoiled {
  readonly env: Record<string, string>;
  readonly urls: QueueUrls;
  readonly logged: string[];
}

async function driveToRest(
  place: Place,
  spoiled: Spoiled,
  direct: SQSClient,
  urls: { readonly requests: string; readonly results: string },
  options: TrialOptions,
  infrastructure: Record<string, unknown>,
): Promise<Result[]> {
  const results: Result[] = [];
  let cancelled = !options.cancel;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // With a retention of 0 a redelivery after the run's end would start it again: so first all is delivered.
    let idle = await deliverOnce(makeDependencies(place, spoiled), direct, urls.requests);
    while (!idle) idle = await deliverOnce(makeDependencies(place, spoiled), direct, urls.requests);
    await tick(makeDependencies(place, spoiled));
    results.push(...(await collect(direct, urls.results)));
    if (!cancelled && results.some(({ data }) => data.state === "submitted")) {
      const cancel = { id: options.id, action: "cancel", infrastructure, grace_seconds: 1 };
      await send(direct, urls.requests, cancel);
      cancelled = true;
      continue;
    }
    const ended = results.some(
      ({ data }) => data.state !== "submitted" && data.state !== "delayed",
    );
    if (
      idle &&
      ended &&
      (cancelled || isRefused(results)) &&
      (await place.leftovers()).length === 0
    )
      break;
    await pause(round < 3 ? 50 : 400);
  }
  return results;
}

/** There is no run to cancel: nothing remembers what was refused, so a cancel would be told as an end of its own. */
const isRefused = (results: readonly Result[]) =>
  results.some(({ data }) => data.state === "rejected");

/** Everything anew, as in a function's fresh environment: whatever survives, survives in the engine and the queue. */
function makeDependencies(
  place: Place,
  { env, urls, logged }: Spoiled,
): Dependencies & AsyncDisposable {
  const queues = createSqsQueues(createSqs(env), urls);
  const { requests, deadLetters, results } = queues;
  if (!requests || !results) throw new Error("the trial names both queues");
  const backend = {
    config: place.config,
    secrets: createSecretResolver({ env }),
    env: {},
    launcherTimeoutMs: 1,
  };
  const backends = createBackendRegistry(backendLoaders(backend));
  return {
    config: place.config,
    backends,
    targets: [place.target],
    results,
    // With a retention of 0 every redelivery would be a stale one, whose run may have been and gone: here none has.
    requests: { ...requests, nowMs: async () => 0 },
    deadLetters,
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: logInto(logged),
    metrics: { count: () => undefined, milliseconds: () => undefined },
    [Symbol.asyncDispose]: () => backends.close(),
  };
}

/** With errors to their last cause. */
function logInto(logged: string[]): Dependencies["log"] {
  const log = (...said: unknown[]) => void logged.push(inspect(said, { depth: 12 }));
  return { debug: log, info: log, warn: log, error: log };
}

/** One receipt and one invocation, and deleted what it did not report. Whether there was nothing to deliver. */
async function deliverOnce(
  deps: Dependencies & AsyncDisposable,
  direct: SQSClient,
  queueUrl: string,
): Promise<boolean> {
  await using _closed = deps;
  const { Messages: messages = [] } = await direct.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      ...RECEIVE_EVERYTHING,
    }),
  );
  if (messages.length === 0) return true;
  const records = messages.map((message) => toSqsRecord(message, "arn:aws:sqs:::requests"));
  const limit = timeLimit();
  const { batchItemFailures } = await submitBatch(deps, { Records: records }, limit);
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { messageId, receiptHandle } of records) {
    const handle = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
    if (!failed.has(messageId)) await direct.send(new DeleteMessageCommand(handle));
    // The pauses are minutes long; the trial's time is short.
    else await direct.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 0 }));
  }
  return false;
}

async function tick(deps: Dependencies & AsyncDisposable): Promise<void> {
  await using _closed = deps;
  await watch(deps, { signal: AbortSignal.timeout(ACCOUNTED_MS) }).catch(() => undefined); // the next tick is the remedy
}

function timeLimit() {
  const end = Date.now() + ACCOUNTED_MS;
  return { getRemainingTimeInMillis: () => Math.max(0, end - Date.now()) };
}

async function send(client: SQSClient, queueUrl: string, body: unknown): Promise<void> {
  await client.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) }),
  );
}

async function collect(client: SQSClient, queueUrl: string): Promise<Result[]> {
  const { Messages: messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
    }),
  );
  for (const { ReceiptHandle } of messages)
    await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  return messages.map(({ Body }) => Result.parse(JSON.parse(Body ?? "null")));
}
