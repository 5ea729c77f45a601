import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";
import {
  type EventSource,
  type EventSourceOptions,
  type SqsHandler,
  startEventSource,
} from "../../../lib/local/event-source.ts";
import { createSqsSource } from "../../../lib/local/sqs-source.ts";
import { aLog } from "../../support/logs.ts";
import { arnOf, describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";

const WAIT = { timeout: 15_000, interval: 20 };

await describeOnQueueServers("the event source", (server) => {
  const started: EventSource[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((source) => source.stop()));
  });

  const start = (queueUrl: string, options: Partial<EventSourceOptions>) => {
    const batches: string[][] = [];
    const log = aLog();
    const handler: SqsHandler = async (event, context) => {
      batches.push(bodies(event));
      return options.handler?.(event, context);
    };
    const source = createSqsSource(server.client, queueUrl);
    const events = startEventSource({
      waitSeconds: 1,
      timeoutSeconds: 1,
      log,
      ...options,
      handler,
      source,
    });
    started.push(events);
    return { batches, events, log };
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
  const someQueue = (attributes = {}) =>
    server.createQueue({ VisibilityTimeout: "1", ...attributes });

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
    expect(left).toBeLessThanOrEqual(1_000);
    await events.stop();
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test("gives one invocation no more than a batch", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, ..."abcdefghij");
    const { batches } = start(queueUrl, { batchSize: 4 });

    await vi.waitFor(() => expect(batches.flat().sort().join("")).toBe("abcdefghij"), WAIT);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(4);
  });

  test("fills a batch while its window is open, beyond what one receipt brings", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "30" });
    await send(queueUrl, ..."abcdefghij");
    await send(queueUrl, ..."klmnopqrst");
    const { batches } = start(queueUrl, { batchSize: 20, batchWindowSeconds: 10 });

    await vi.waitFor(() => expect(batches).toHaveLength(1), WAIT);
    expect(batches[0]?.sort().join("")).toBe("abcdefghijklmnopqrst");
  });

  test("hands over a batch that is not full when its window closes", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "30" });
    await send(queueUrl, "a");
    const { batches } = start(queueUrl, { batchSize: 20, batchWindowSeconds: 1 });

    await vi.waitFor(() => expect(batches).toEqual([["a"]]), WAIT);
  });

  test("runs no more invocations at once than it may", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "30" });
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

  test("brings back only the messages that the handler names, after their visibility", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "good", "bad", "fine");
    const counts: string[] = [];
    const { batches, events } = start(queueUrl, {
      handler: async ({ Records }) => ({
        batchItemFailures: Records.filter(({ body, attributes }) => {
          if (body === "bad") counts.push(attributes.ApproximateReceiveCount);
          return body === "bad" && attributes.ApproximateReceiveCount === "1";
        }).map(({ messageId }) => ({ itemIdentifier: messageId })),
      }),
    });

    await vi.waitFor(() => expect(counts).toEqual(["1", "2"]), WAIT);

    expect(batches.flat().sort()).toEqual(["bad", "bad", "fine", "good"]);
    await events.stop();
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
  ])("brings back the whole batch after %s", async (_what, failing) => {
    const queueUrl = await someQueue();
    await send(queueUrl, "a", "b");
    const { batches, log } = start(queueUrl, {
      handler: (event, context) =>
        event.Records.every(({ attributes }) => attributes.ApproximateReceiveCount === "1")
          ? failing(event, context)
          : Promise.resolve(undefined),
    });

    await vi.waitFor(() => expect(batches.flat().sort()).toEqual(["a", "a", "b", "b"]), WAIT);
    expect(log.messages("error")).toContain("invocation failed; its messages will come again");
  });

  test("finishes what is in hand when it stops, and leaves the rest to others", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "30" });
    const gate = Promise.withResolvers<void>();
    const done: string[] = [];
    const { batches, events } = start(queueUrl, {
      batchSize: 1,
      maxConcurrency: 1,
      timeoutSeconds: 20,
      handler: async (event) => {
        await gate.promise;
        done.push(...bodies(event));
        return undefined;
      },
    });
    await send(queueUrl, "in hand", "waiting");
    await vi.waitFor(() => expect(batches).toHaveLength(1), WAIT);

    const stopped = events.stop();
    gate.resolve();
    await stopped;

    expect(done).toEqual(batches.flat());
    const rest = (await receiveAll(server.client, queueUrl)).map(({ Body }) => Body);
    expect([...done, ...rest].sort()).toEqual(["in hand", "waiting"]);
  });

  test("loses no message that arrives while it stops", async () => {
    const queueUrl = await someQueue({ VisibilityTimeout: "30" });
    const { batches, events } = start(queueUrl, {});

    const stopped = events.stop();
    await send(queueUrl, "late");
    await stopped;

    const rest = (await receiveAll(server.client, queueUrl)).map(({ Body }) => Body);
    expect([...batches.flat(), ...rest]).toEqual(["late"]);
  });

  test("keeps a group of a FIFO queue in order", async () => {
    const queueUrl = await someQueue({ FifoQueue: "true", VisibilityTimeout: "30" });
    await send(queueUrl, "a1", "b1", "a2", "b2", "a3");
    const { batches } = start(queueUrl, { maxConcurrency: 4 });

    await vi.waitFor(() => expect(batches.flat()).toHaveLength(5), WAIT);

    const groupOf = (group: string) => batches.flat().filter((body) => body.startsWith(group));
    expect(groupOf("a")).toEqual(["a1", "a2", "a3"]);
    expect(groupOf("b")).toEqual(["b1", "b2"]);
  });

  test("overrules a queue that would bring messages back while they are worked on", async () => {
    const queueUrl = await someQueue();
    await send(queueUrl, "slow");
    const { batches, log } = start(queueUrl, {
      timeoutSeconds: 10,
      handler: () => new Promise((resolve) => setTimeout(resolve, 2_500, undefined)),
    });

    await vi.waitFor(() => expect(batches).toHaveLength(1), WAIT);
    await Promise.all(started.splice(0).map((source) => source.stop()));

    expect(batches).toEqual([["slow"]]);
    expect(log.messages("warn")).toHaveLength(1);
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test("says once that a queue does not answer, goes on trying, and stops all the same", async () => {
    const queueUrl = await someQueue();
    const { events, log } = start(`${queueUrl}-not`, {});

    await vi.waitFor(() => expect(log.messages("warn")).toHaveLength(1), WAIT);
    await events.stop();

    expect(log.messages()).toEqual(["cannot receive messages; trying again"]);
  });
});

const bodies = ({ Records }: SQSEvent) => Records.map(({ body }) => body);
