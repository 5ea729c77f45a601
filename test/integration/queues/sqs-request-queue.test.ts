import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { createQueueClock } from "../../../lib/queues/queue-clock.ts";
import type { RequestMessage } from "../../../lib/queues/request-queue.ts";
import { createSqsDeadLetterQueue } from "../../../lib/queues/sqs-dead-letter-queue.ts";
import { RECEIVE_EVERYTHING, toSqsRecord } from "../../../lib/queues/sqs-message.ts";
import { toRequestMessage } from "../../../lib/queues/sqs-record.ts";
import { createSqsRequestQueue } from "../../../lib/queues/sqs-request-queue.ts";
import { arnOf, describeOnQueueServers } from "../../support/queue-servers.ts";

const soon = () => AbortSignal.timeout(20_000);

await describeOnQueueServers("the requests queue and its dead letters", (server) => {
  const send = (queueUrl: string, body: string, traceparent?: string) =>
    server.client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: traceparent
          ? { traceparent: { DataType: "String", StringValue: traceparent } }
          : undefined,
      }),
    );
  const receive = async (queueUrl: string, waitSeconds = 0): Promise<RequestMessage[]> => {
    const { Messages = [] } = await server.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        ...RECEIVE_EVERYTHING,
      }),
    );
    return Messages.map((message) => toRequestMessage(toSqsRecord(message, "")));
  };
  const receiveOne = async (queueUrl: string, waitSeconds?: number): Promise<RequestMessage> => {
    const [message, ...more] = await receive(queueUrl, waitSeconds);
    if (!message || more.length > 0) throw new Error(`${more.length} more than one message`);
    return message;
  };

  test("hands out a message with its body, its attributes and its first receipt", async () => {
    const queueUrl = await server.createQueue();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await send(queueUrl, "a body \u00e4", traceparent);
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });

    const message = await receiveOne(queueUrl);

    expect(message).toMatchObject({
      body: "a body \u00e4",
      receiveCount: 1,
      attributes: { traceparent },
    });
    expect(Math.abs((await requests.nowMs()) - message.firstReceivedAtMs)).toBeLessThan(5_000);
  });

  test("hides a delayed message, and counts its receipts", async () => {
    const queueUrl = await server.createQueue({ VisibilityTimeout: "1" });
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });
    await send(queueUrl, "{}");
    const first = await receiveOne(queueUrl);

    await requests.delay(first, 600);

    expect(await receive(queueUrl, 2)).toEqual([]);
    await requests.delay(first, 0);
    const second = await receiveOne(queueUrl, 10);
    expect(second).toMatchObject({
      messageId: first.messageId,
      receiveCount: 2,
      firstReceivedAtMs: first.firstReceivedAtMs,
    });
  });

  test("brings a message back at once where the delay is nothing", async () => {
    const queueUrl = await server.createQueue();
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });
    await send(queueUrl, "{}");
    const first = await receiveOne(queueUrl);

    await requests.delay(first, 0);

    expect(await receiveOne(queueUrl)).toMatchObject({ messageId: first.messageId });
  });

  test("takes a delay for a message that is gone as done", async () => {
    const queueUrl = await server.createQueue();
    await send(queueUrl, "{}");
    const message = await receiveOne(queueUrl);
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });
    await createSqsDeadLetterQueue({ client: server.sqs, queueUrl }).delete(message);

    await expect(requests.delay(message, 30)).resolves.toBeUndefined();
  });

  test("asks the queue for the time where nothing has been heard yet", async () => {
    const queueUrl = await server.createQueue();
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });

    const now = await requests.nowMs();

    expect(Math.abs(now - Date.now())).toBeLessThan(5_000); // both servers run on this machine
  });

  test.each([
    ["stood still for an hour", 3_600_000],
    ["was set back by an hour", -3_600_000],
  ])("asks anew where this machine's own clock %s", async (_what, jumpMs) => {
    const queueUrl = await server.createQueue();
    let jumped = 0;
    const clock = createQueueClock(server.sqs, queueUrl, () => Date.now() + jumped);
    await clock.nowMs();

    jumped = jumpMs;

    expect(Math.abs((await clock.nowMs()) - Date.now())).toBeLessThan(5_000);
  });

  test("gives a message to the dead letters after its last receipt", async () => {
    const deadUrl = await server.createQueue();
    const queueUrl = await server.createQueue({
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await arnOf(server.client, deadUrl),
        maxReceiveCount: 2,
      }),
    });
    const requests = createSqsRequestQueue({ client: server.sqs, queueUrl });
    const deadLetters = createSqsDeadLetterQueue({ client: server.sqs, queueUrl: deadUrl });
    await send(queueUrl, "hopeless");
    for (const receipt of [1, 2]) {
      const message = await receiveOne(queueUrl);
      expect(message.receiveCount).toBe(receipt);
      await requests.delay(message, 0);
    }

    expect(await receive(queueUrl)).toEqual([]);

    expect(await deadLetters.receive(10, soon())).toMatchObject([{ body: "hopeless" }]);
  });

  test("keeps a dead letter from others while it is looked at, and until it is dealt with", async () => {
    const queueUrl = await server.createQueue();
    const deadLetters = createSqsDeadLetterQueue({
      client: server.sqs,
      queueUrl,
      outOfSightSeconds: 1,
    });
    await send(queueUrl, "{}");
    const [message] = await deadLetters.receive(10, soon());
    expect(await deadLetters.receive(10, soon())).toEqual([]);
    const again = await receiveOne(queueUrl, 10);
    expect(again.messageId).toBe(message?.messageId);

    await deadLetters.delete(again);
    await deadLetters.delete(again);

    await createSqsRequestQueue({ client: server.sqs, queueUrl }).delay(again, 0);
    expect(await receive(queueUrl)).toEqual([]);
  });
});
