import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";
import {
  type EventSource,
  type EventSourceOptions,
  type SqsHandler,
  startEventSource,
} from "../../../lib/local/event-source.ts";
import { createSqsSource, type SqsSource } from "../../../lib/local/sqs-source.ts";
import { aLog } from "../../support/logs.ts";
import { arnOf, describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";

const WAIT = { timeout: 30_000, interval: 20 };

await describeOnQueueServers("the event source", (server) => {
  const started: EventSource[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((source) => source.stop()));
  });

  const start = (queueUrl: string, options: Partial<EventSourceOptions>) => {
    const batches: SQSRecord[][] = [];
    const log = aLog();
    const handler: SqsHandler = async (event, context, inHand) => {
      batches.push(event.Records);
      return options.handler?.(event, context, inHand);
    };
    const { source, calls } = counted(createSqsSource({ client: server.sqs, queueUrl }));
    const events = startEventSource({
      waitSeconds: 1,
      timeoutSeconds: 10,
      log,
      ...options,
      handler,
      source,
    });
    started.push(events);
    return { batches, calls, events, log };
  };
  const send = (queueUrl: string, ...messages: string[]) =>
    server.client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map((body, index) => ({
          Id: String(index),
          MessageBody: body,
          ...(queueUrl.endsWith(".fifo")
            ? { MessageGroupId: body.slice(0, 1), MessageDeduplicationId: body }
            : {}),
        })),
      }),
    );
  const bringBack = (queueUrl: string, records: readonly SQSRecord[], seconds = 0) =>
    Promise.all(
      records.map(({ receiptHandle }) =>
        server.client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: queueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }),
        ),
      ),
    );
  const someQueue = (attributes = {}) =>
    server.createQueue({ VisibilityTimeout: "30", ...attributes });

  test("hands a record to the handler as Lambda does, with a clock", async () => {
    const queueUrl = await someQueue();
    const seen: unknown[] = [];
    const { events } = start(queueUrl, {
      functionName: "submit",
      handler: async (event, context) => {
        seen.push({ record: event.Records[0], left: context.getRemainingTimeInMillis(), context });
        return undefined;
      },
    });

    await send(queueUrl, "hello");

    await vi.waitFor(() => expect(seen).toHaveLength(1), WAIT);
    expect(seen[0]).toMatchObject({
      record: {
        body: "hello",
        eventSource: "aws:sqs",
        eventSourceARN: await arnOf(server.client, queueUrl),
        awsRegion: "us-east-1",
        attributes: { ApproximateReceiveCount: "1" },
        messageAttributes: {},
      },
      context: { functionName: "submit", awsRequestId: expect.any(String) },
    });
    const { left } = seen[0] as { left: number };
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(10_000);
    await events.stop();
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test("gives one invocation no more than a batch", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, ..."abcdefghij");
    const { batches } = start(queueUrl, { batchSize: 4 });

    await vi.waitFor(() => expect(bodiesOf(batches).join("")).toBe("abcdefghij"), WAIT);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(4);
  });

  test("fills a batch while its window is open, beyond what one receipt brings and no further", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, ..."abcdefghij");
    await send(queueUrl, ..."klmnopqrst");
    const { batches } = start(queueUrl, { batchSize: 14, batchWindowSeconds: 8 });

    await vi.waitFor(() => expect(batches).toHaveLength(2), WAIT);
    expect(batches.map(({ length }) => length)).toEqual([14, 6]);
    expect(bodiesOf(batches).join("")).toBe("abcdefghijklmnopqrst");
  });

  test("hands over a batch that is not full when its window closes", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "a");
    const { batches } = start(queueUrl, { batchSize: 20, batchWindowSeconds: 1 });

    await vi.waitFor(() => expect(bodiesOf(batches)).toEqual(["a"]), WAIT);
  });

  test("runs no more invocations at once than it may", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, ..."abcdef");
    let now = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const { batches } = start(queueUrl, {
      batchSize: 1,
      maxConcurrency: 2,
      timeoutSeconds: 20,
      handler: async () => {
        most = Math.max(most, ++now);
        await gate.promise;
        now--;
        return undefined;
      },
    });

    await vi.waitFor(() => expect(batches).toHaveLength(2), WAIT);
    gate.resolve();

    await vi.waitFor(() => expect(batches).toHaveLength(6), WAIT);
    expect(most).toBe(2);
  });

  test("deletes what has succeeded and leaves only the messages that the handler names", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "good", "bad", "fine");
    const { batches, events } = start(queueUrl, {
      handler: async ({ Records }) => ({
        batchItemFailures: Records.filter(isFirstReceipt)
          .filter(({ body }) => body === "bad")
          .map(({ messageId }) => ({ itemIdentifier: messageId })),
      }),
    });
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(3), WAIT);
    await expect.poll(() => inFlight(server.client, queueUrl), WAIT).toBe(1);

    await bringBack(
      queueUrl,
      batches.flat().filter(({ body }) => body === "bad"),
    );

    await vi.waitFor(() => expect(batches.flat()).toHaveLength(4), WAIT);
    await events.stop();
    expect(bodiesOf(batches)).toEqual(["bad", "bad", "fine", "good"]);
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test.each<[string, SqsHandler]>([
    ["a handler that throws", () => Promise.reject(new Error("broken"))],
    [
      "a handler that throws at once",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "an answer that names no message",
      async () => ({ batchItemFailures: [{ itemIdentifier: "" }] }),
    ],
    [
      "an answer that names a stranger",
      async () => ({ batchItemFailures: [{ itemIdentifier: "x" }] }),
    ],
    ["a handler that takes too long", () => new Promise(() => undefined)],
  ])("leaves the whole batch after %s", async (_what, failing) => {
    const queueUrl = await someQueue();
    await send(queueUrl, "a", "b");
    const { batches, log } = start(queueUrl, {
      timeoutSeconds: 1,
      handler: async (event, ...rest) =>
        event.Records.every(isFirstReceipt) ? failing(event, ...rest) : undefined,
    });
    await vi.waitFor(() => {
      expect(batches.flat()).toHaveLength(2);
      expect(log.messages("error")).toHaveLength(batches.length);
    }, WAIT);

    await bringBack(queueUrl, batches.flat());

    await vi.waitFor(() => expect(bodiesOf(batches)).toEqual(["a", "a", "b", "b"]), WAIT);
    expect(log.messages("error")[0]).toBe("invocation failed; its messages will come again");
  });

  test("takes no message before it has room for it", async () => {
    const queueUrl = await someQueue();
    const gate = Promise.withResolvers<undefined>();
    const { batches } = start(queueUrl, {
      batchSize: 1,
      maxConcurrency: 1,
      handler: () => gate.promise,
    });
    await send(queueUrl, "in hand", "waiting");
    await vi.waitFor(() => expect(batches).toHaveLength(1), WAIT);

    const rest = await receiveAll(server.client, queueUrl);

    gate.resolve(undefined);
    expect(rest).toHaveLength(1);
  });

  test("finishes what is in hand before it says that it has stopped", async () => {
    const queueUrl = await someQueue();
    const done: string[] = [];
    const { batches, events } = start(queueUrl, {
      waitSeconds: 0,
      handler: async (event) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        done.push(...bodies(event));
        return undefined;
      },
    });
    await send(queueUrl, "in hand");
    await vi.waitFor(() => expect(batches).toHaveLength(1), WAIT);

    await events.stop();

    expect(done).toEqual(["in hand"]);
    expect(await inFlight(server.client, queueUrl)).toBe(0);
  });

  test("loses no message that arrives while it stops", async () => {
    const queueUrl = await someQueue();
    const { batches, events } = start(queueUrl, {});

    const stopped = events.stop();
    await send(queueUrl, "late");
    await stopped;

    const rest = (await receiveAll(server.client, queueUrl)).map(({ Body }) => Body);
    expect([...bodiesOf(batches), ...rest]).toEqual(["late"]);
  });

  test("keeps a group of a FIFO queue in order", async () => {
    const queueUrl = await someQueue({ FifoQueue: "true" });
    await send(queueUrl, "a1", "b1", "a2", "b2", "a3");
    const { batches } = start(queueUrl, { maxConcurrency: 4 });

    await vi.waitFor(() => expect(batches.flat()).toHaveLength(5), WAIT);

    const order = batches.flat().map(({ body }) => body);
    const groupOf = (group: string) => order.filter((body) => body.startsWith(group));
    expect(groupOf("a")).toEqual(["a1", "a2", "a3"]);
    expect(groupOf("b")).toEqual(["b1", "b2"]);
  });

  test("keeps a message out of sight while it is worked on, whatever its queue would do", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "1" });
    await send(queueUrl, ..."abcdefghij");
    const gate = Promise.withResolvers<undefined>();
    const { batches, calls } = start(queueUrl, {
      visibilitySeconds: 2,
      handler: () => gate.promise,
    });

    await vi.waitFor(() => expect(calls.extend.length).toBeGreaterThanOrEqual(5), WAIT);
    gate.resolve(undefined);
    await Promise.all(started.splice(0).map((source) => source.stop()));

    expect(bodiesOf(batches).join("")).toBe("abcdefghij");
    expect(new Set(calls.extend)).toEqual(new Set([batches.flat().length]));
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test("makes as few calls for short messages as if it deleted them batch by batch", async () => {
    const queueUrl = await someQueue();
    for (const tens of ["abcdefghij", "klmnopqrst", "uvwxyzABCD"]) await send(queueUrl, ...tens);
    const { batches, calls } = start(queueUrl, {
      handler: async ({ Records }, _context, inHand) => {
        await Promise.all(Records.map((record) => inHand.dealWith(record, async () => undefined)));
        return undefined;
      },
    });

    await expect.poll(() => calls.delete.reduce((sum, size) => sum + size, 0), WAIT).toBe(30);

    expect(calls.delete.length).toBeLessThanOrEqual(batches.length);
    expect(calls.extend).toEqual([]);
  });

  test("deletes a message as soon as it is dealt with, while others of its batch are in work", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "quick", "slow", "fast");
    const gate = Promise.withResolvers<void>();
    const { batches } = start(queueUrl, {
      batchSize: 3,
      batchWindowSeconds: 5,
      handler: async ({ Records }, _context, inHand) => {
        const work = (body: string) => (body === "slow" ? gate.promise : Promise.resolve());
        await Promise.all(
          Records.map((record) => inHand.dealWith(record, () => work(record.body))),
        );
        return undefined;
      },
    });
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(3), WAIT);

    await expect.poll(() => inFlight(server.client, queueUrl), WAIT).toBe(1);

    gate.resolve();
    await expect.poll(() => inFlight(server.client, queueUrl), WAIT).toBe(0);
  });

  test("leaves a pause alone that a handler has set", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "paused");
    const cameAgain = Promise.withResolvers<undefined>();
    const { batches } = start(queueUrl, {
      visibilitySeconds: 3,
      handler: async ({ Records }, _context, inHand) => {
        if (!Records.every(isFirstReceipt)) return void cameAgain.resolve(undefined);
        await Promise.all(Records.map(({ receiptHandle }) => inHand.letGo(receiptHandle)));
        await bringBack(queueUrl, Records, 1);
        await cameAgain.promise; // still in work, so an extension would be due
        throw new Error("failed");
      },
    });

    await vi.waitFor(() => expect(bodiesOf(batches)).toEqual(["paused", "paused"]), WAIT);
  });

  test("does no work for a message that became visible before its turn", async () => {
    const queueUrl = await someQueue({ FifoQueue: "true" });
    await send(queueUrl, "a1", "b1", "c1");
    const [gate, order] = [Promise.withResolvers<void>(), [] as string[]];
    const { batches, log } = start(queueUrl, {
      batchSize: 3,
      batchWindowSeconds: 2,
      visibilitySeconds: 4,
      handler: async ({ Records }, _context, inHand) => {
        const failed = await inTurn(Records, (record) =>
          inHand.dealWith(record, async () => {
            order.push(record.body);
            if (record.body === "a1") await gate.promise;
          }),
        );
        return {
          batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
        };
      },
    });
    await vi.waitFor(() => expect(order).toEqual(["a1"]), WAIT);

    await bringBack(
      queueUrl,
      batches.flat().filter(({ body }) => body === "b1"),
    );
    await vi.waitFor(() => expect(log.messages("warn")).toEqual([VISIBLE_AGAIN]), WAIT);
    gate.resolve();

    await vi.waitFor(() => expect(order).toEqual(["a1", "b1", "c1"]), WAIT);
  });

  test("says once that a queue does not answer, goes on trying, and stops all the same", async () => {
    const queueUrl = await someQueue();
    const { events, log } = start(`${queueUrl}-not`, {});

    await vi.waitFor(() => expect(log.messages("warn")).toHaveLength(1), WAIT);
    await events.stop();

    expect(log.messages()).toEqual(["cannot receive messages; trying again"]);
  });
});

const VISIBLE_AGAIN = "messages are visible again while they are worked on and may come twice";

/** The same source; how many messages each of its calls was about. */
function counted(source: SqsSource) {
  const calls = { delete: [] as number[], extend: [] as number[] };
  const counting: SqsSource = {
    ...source,
    delete(records) {
      calls.delete.push(records.length);
      return source.delete(records);
    },
    extend(receiptHandles, seconds) {
      calls.extend.push(receiptHandles.length);
      return source.extend(receiptHandles, seconds);
    },
  };
  return { source: counting, calls };
}

/** One after the other until one fails; that one and all after it. */
async function inTurn(records: readonly SQSRecord[], work: (record: SQSRecord) => Promise<void>) {
  for (const [index, record] of records.entries()) {
    try {
      await work(record);
    } catch {
      return records.slice(index);
    }
  }
  return [];
}

const isFirstReceipt = ({ attributes }: SQSRecord) => attributes.ApproximateReceiveCount === "1";

const bodiesOf = (batches: readonly SQSRecord[][]) =>
  batches
    .flat()
    .map(({ body }) => body)
    .sort();

async function inFlight(client: SQSClient, QueueUrl: string): Promise<number> {
  const AttributeNames = ["ApproximateNumberOfMessagesNotVisible" as const];
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
  const { Attributes = {} } = await client.send(command);
  return Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

const bodies = ({ Records }: SQSEvent) => Records.map(({ body }) => body);
