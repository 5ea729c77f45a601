import { setTimeout as pause } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { Result } from "../../../lib/runs/result.ts";

/** The sender's and receiver's side: it goes on while the queue server is dead, as a user's would. */
export interface Mailbox {
  /** Resolves once the queue has taken it, or at the stop. A send whose answer was lost is repeated: the same request twice. */
  send(request: unknown): Promise<void>;
  readonly results: readonly Result[];
  stop(): Promise<void>;
}

export function openMailbox(
  client: SQSClient,
  urls: { readonly requests: string; readonly results: string },
  onResult: (result: Result) => void,
): Mailbox {
  const results: Result[] = [];
  let going = true;
  const receive = async () => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: urls.results,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      }),
      { abortSignal: AbortSignal.timeout(5_000) },
    );
    for (const { Body } of Messages) {
      const result = Result.parse(JSON.parse(Body ?? "null"));
      results.push(result);
      onResult(result);
    }
    if (Messages.length === 0) return;
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: urls.results, Entries }));
  };
  const running = (async () => {
    while (going) await receive().catch(() => pause(200));
  })();
  return {
    results,
    async send(request) {
      const message = { QueueUrl: urls.requests, MessageBody: JSON.stringify(request) };
      while (going) {
        const abortSignal = AbortSignal.timeout(5_000);
        const sent = client.send(new SendMessageCommand(message), { abortSignal });
        const isTaken = sent.then(
          () => true,
          () => false, // its server is dead
        );
        if (await isTaken) return;
        await pause(200);
      }
    },
    async stop() {
      going = false;
      await running;
    },
  };
}
