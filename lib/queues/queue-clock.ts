import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { HttpResponse } from "@smithy/core/protocols";
import { unavailable } from "../runs/launch-error.ts";
import { toQueueError } from "./sqs-errors.ts";

/** How long the time last heard is carried on by this machine's clock. In a frozen function even that may stand still. */
const FRESH_MS = 10_000;

const ASK_WITHIN_MS = 10_000;

/** The queue server's clock. */
export interface QueueClock {
  /** Milliseconds since 1970, to the second: HTTP tells no more. */
  nowMs(): Promise<number>;
}

/** Listens to the `Date` of every answer that the client gets, refusals included, and asks the queue where none came lately. */
export function createQueueClock(
  client: SQSClient,
  queueUrl: string,
  now: () => number = Date.now,
): QueueClock {
  let heard: { readonly serverMs: number; readonly localMs: number } | undefined;
  const read = () => {
    const passed = heard ? now() - heard.localMs : Number.NaN;
    return heard && passed >= 0 && passed <= FRESH_MS ? heard.serverMs + passed : undefined;
  };
  onDate(client, (serverMs) => {
    heard = { serverMs, localMs: now() };
  });
  return {
    async nowMs() {
      if (read() === undefined) await askForAnything(client, queueUrl);
      const time = read();
      if (time === undefined) throw unavailable(`the server of ${queueUrl} tells no time`);
      return time;
    },
  };
}

/** The SDK keeps the difference from the server's clock as well, but not when it was last heard. */
function onDate(client: SQSClient, listener: (serverMs: number) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const date = HttpResponse.isInstance(answer.response) ? answer.response.headers.date : "";
      const serverMs = Date.parse(date ?? "");
      if (Number.isFinite(serverMs)) listener(serverMs);
      return answer;
    },
    { step: "deserialize", priority: "low" }, // before it is known whether the answer is a refusal
  );
}

async function askForAnything(client: SQSClient, queueUrl: string): Promise<void> {
  const question = { QueueUrl: queueUrl, AttributeNames: ["CreatedTimestamp" as const] };
  try {
    await client.send(new GetQueueAttributesCommand(question), {
      abortSignal: AbortSignal.timeout(ASK_WITHIN_MS),
    });
  } catch (error) {
    throw toQueueError(error, "say what time it is");
  }
}
