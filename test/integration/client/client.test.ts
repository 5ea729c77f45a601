import { DeleteMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { createClient, isCompleted, LaunchError, parseResult } from "../../../lib/client/index.ts";
import { createSqsResultSink } from "../../../lib/queues/sqs-result-sink.ts";
import { parseRequest } from "../../../lib/runs/request.ts";
import { describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";
import { aResult } from "../../support/results.ts";

const infrastructure = { type: "process" as const, command: ["echo", "grüße 🙂 \uFFFF"] };

await describeOnQueueServers("the client", (server) => {
  test("sends a run that reads as it was written, with its trace", async () => {
    const queueUrl = await server.createQueue();
    const client = createClient({ queueUrl, sqs: server.client });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    const { messageId } = await client.run({ id: "a", infrastructure }, { traceparent });

    const [message] = await receiveAll(server.client, queueUrl);
    expect(message?.MessageId).toBe(messageId);
    expect(message?.MessageAttributes?.traceparent?.StringValue).toBe(traceparent);
    expect(parseRequest(message?.Body ?? "")).toMatchObject({
      action: "run",
      id: "a",
      spec: { command: infrastructure.command },
    });
  });

  test("sends a cancel after its run on a FIFO queue, and nothing twice, whatever the id is made of", async () => {
    const queueUrl = await server.createQueue({ FifoQueue: "true" });
    const client = createClient({ queueUrl, sqs: server.client });
    const id = "Lauf 🙂 ".repeat(10).trim();

    await client.run({ id, infrastructure });
    await client.run({ id, infrastructure });
    await client.cancel({ id, infrastructure, grace_seconds: 5 });

    const actions = [];
    for (const message of await drain(queueUrl)) actions.push(parseRequest(message).action);
    expect(actions).toEqual(["run", "cancel"]);
  });

  test("reads what the results queue carries", async () => {
    const queueUrl = await server.createQueue();
    const sink = createSqsResultSink({ client: server.sqs, queueUrl });
    const sent = aResult({ logs: { tail: "done 🙂\n", truncated: false } });

    await sink.publish([sent], AbortSignal.timeout(10_000));

    const [message] = await receiveAll(server.client, queueUrl);
    const result = parseResult(message ?? "");
    expect(result).toEqual(sent);
    expect(isCompleted(result)).toBe(true);
  });

  test("says that it may be tried again where there is no such queue yet", async () => {
    const queueUrl = (await server.createQueue()).replace(/[^/]+$/, "no-such-queue");
    const client = createClient({ queueUrl, sqs: server.client });

    const error = await client.run({ id: "a", infrastructure }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(LaunchError);
    expect(error).toMatchObject({ code: "ConfigError", retryable: true });
  });

  /** As a consumer of a FIFO queue works: the next messages of a group come after these are deleted. */
  async function drain(queueUrl: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const messages = await receiveAll(server.client, queueUrl);
      if (messages.length === 0) return bodies;
      for (const { Body = "", ReceiptHandle } of messages) {
        bodies.push(Body);
        await server.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
    }
  }
});
