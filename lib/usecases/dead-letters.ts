import type { DeadLetterQueue, RequestMessage, RequestSender } from "../queues/request-queue.ts";
import { LaunchError } from "../runs/launch-error.ts";
import { parseRequest, type Request, readIdLeniently } from "../runs/request.ts";
import type { Dependencies } from "./dependencies.ts";
import { fence } from "./fence.ts";
import { publishOne } from "./publisher.ts";
import { crashedResult, rejectedResult } from "./reject.ts";

const RECEIVE_AT_ONCE = 10;

/** A dead letter and why it is one. */
export interface DeadLetter {
  readonly message: RequestMessage;
  /** The run's id, where it can be read. */
  readonly id: string | undefined;
  /** What it asks for; undefined where it can never be accepted. */
  readonly request: Request | undefined;
  readonly reason: string;
}

type Needs = Dependencies & { readonly deadLetters: DeadLetterQueue };

/**
 * Every dead letter that nobody else is working on, each held while its receiver decides about it. What was not dealt
 * with is released when the reading ends, however it ends.
 */
export async function* readDeadLetters(
  { config, deadLetters: queue }: Pick<Needs, "config" | "deadLetters">,
  signal: AbortSignal,
): AsyncIterable<DeadLetter> {
  const held: Pick<RequestMessage, "receiptHandle">[] = [];
  try {
    for (;;) {
      const messages = await queue.receive(RECEIVE_AT_ONCE, signal);
      if (messages.length === 0) return;
      held.push(...messages.map(({ receiptHandle }) => ({ receiptHandle })));
      for (const message of messages) yield explain(message, config.infrastructures);
    }
  } finally {
    await Promise.all(held.map((message) => queue.release(message)));
  }
}

function explain(
  message: RequestMessage,
  named: Dependencies["config"]["infrastructures"],
): DeadLetter {
  const id = readIdLeniently(message.body);
  try {
    const request = parseRequest(message.body, named);
    return { message, id: request.id, request, reason: message.attributes.reason ?? UNEXPLAINED };
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return { message, id, request: undefined, reason: error.message };
  }
}

const UNEXPLAINED =
  "the queue gave it up after its last delivery: the function failed, or ran out of time, before it could say why; its log tells";

export interface RedriveOptions {
  /** Do without the engine's word: whatever can be known of the run is not waited for. */
  readonly force?: boolean;
}

/**
 * Sends a dead letter again. Not where its run is known to its engine: then its result comes, or has come, by itself,
 * and the letter is only removed. Throws where it can never be accepted, or where its engine does not answer.
 */
export async function redriveDeadLetter(
  deps: Needs & { readonly sender: RequestSender },
  { message, request, reason }: DeadLetter,
  { force = false }: RedriveOptions,
  signal: AbortSignal,
): Promise<"sent" | "known"> {
  if (!request) throw new LaunchError("Invalid", `it can never be accepted: ${reason}`);
  const known = !force && (await isKnown(deps, request, signal));
  if (!known) await deps.sender.send(message, signal);
  await deps.deadLetters.delete(message);
  return known ? "known" : "sent";
}

async function isKnown(
  { backends }: Pick<Dependencies, "backends">,
  { action, id, spec }: Request,
  signal: AbortSignal,
): Promise<boolean> {
  if (action === "cancel") return false;
  const backend = await backends.load(spec.type);
  return (await backend.find(await backend.locate(spec), id, signal)) !== undefined;
}

/**
 * Gives a dead letter up for good: its run is fenced, so that it can never start, and its result comes. With `force` the
 * result is published without the fence, whether or not the engine answers. Throws where it does not, otherwise.
 */
export async function dropDeadLetter(
  deps: Needs,
  { message, request, reason }: DeadLetter,
  { force = false }: RedriveOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!request) {
    const error = new LaunchError("Invalid", reason);
    await publishOne(deps.results, rejectedResult(message, request, error), signal);
  } else if (request.action === "run") {
    if (force)
      await publishOne(deps.results, crashedResult(message, request, dropped(reason)), signal);
    else await fence(deps, message, request, `an operator dropped it; before, ${reason}`, signal);
  }
  await deps.deadLetters.delete(message);
}

const dropped = (reason: string) =>
  new LaunchError("SubmissionFailed", `an operator dropped it; before, ${reason}`);
