import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { isGone, toQueueError } from "../queues/sqs-errors.ts";
import type { SqsQueue } from "../queues/sqs-queue.ts";
import { Result, TERMINAL_STATES } from "../runs/result.ts";

export interface ReceiveResults extends SqsQueue {
  /** The runs that are waited for. */
  readonly ids: ReadonlySet<string>;
  /** Ends the waiting; what was not yielded stays on the queue. */
  readonly signal: AbortSignal;
  /** The longest that the end of waiting may take, in seconds (≤ 20). */
  readonly waitSeconds?: number;
}

/** How long results of other runs stay out of their receivers' sight, in seconds. */
const OUT_OF_SIGHT_SECONDS = 5;

/**
 * The results of the given runs as they come, until each has its last one or the signal aborts (then it returns
 * normally). What it yields it takes off the queue once the next is asked for, copies included; what is not for these
 * runs it leaves. Throws a LaunchError where the queue does not answer.
 */
export async function* receiveResults(options: ReceiveResults): AsyncGenerator<Result> {
  const { ids, signal } = options;
  const open = new Set(ids);
  const seen = new Set<string>();
  while (open.size > 0 && !signal.aborted) {
    for (const message of await receive(options)) {
      const result = parse(message);
      if (!result || !ids.has(result.subject)) continue;
      try {
        if (!seen.has(result.id)) yield result;
      } finally {
        await acknowledge(options, message);
      }
      seen.add(result.id);
      if (TERMINAL_STATES.has(result.data.state)) open.delete(result.subject);
    }
  }
}

/** Never cut off: the messages that it was about to bring would be out of sight for a while. */
async function receive({
  client,
  queueUrl,
  waitSeconds = 2,
}: ReceiveResults): Promise<readonly Message[]> {
  const input = {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: waitSeconds,
    VisibilityTimeout: OUT_OF_SIGHT_SECONDS,
  };
  try {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(input));
    return Messages;
  } catch (error) {
    throw toQueueError(error, "receive results");
  }
}

function parse({ Body = "" }: Message): Result | undefined {
  try {
    return Result.parse(JSON.parse(Body));
  } catch {
    return undefined; // somebody else's message: it is theirs to read
  }
}

async function acknowledge({ client, queueUrl }: ReceiveResults, message: Message): Promise<void> {
  const input = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle };
  try {
    await client.send(new DeleteMessageCommand(input));
  } catch (error) {
    if (!isGone(error)) throw toQueueError(error, "delete a result");
  }
}
