import { expect, test } from "vitest";
import { createSqsResultSink } from "../../../lib/queues/sqs-result-sink.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";
import { aResult } from "../../support/results.ts";

const soon = () => AbortSignal.timeout(20_000);

await describeOnQueueServers("the results queue", (server) => {
  const open = async (attributes: Record<string, string> = {}) => {
    const queueUrl = await server.createQueue(attributes);
    const sink = createSqsResultSink({ client: server.sqs, queueUrl });
    const received = async () =>
      (await receiveAll(server.client, queueUrl)).map(
        ({ Body }) => JSON.parse(Body ?? "") as Result,
      );
    return { queueUrl, sink, received };
  };

  test("takes more results at once than one call carries", async () => {
    const { sink, received } = await open();
    const results = Array.from({ length: 23 }, () => aResult());

    const outcomes = await sink.publish(results, soon());

    expect(outcomes).toEqual(results.map(() => undefined));
    expect(byId(await received())).toEqual(byId(results));
  });

  test("takes large results whose sum is more than one call carries", async () => {
    const { sink, received } = await open();
    const results = Array.from({ length: 9 }, () => aResult({ logs: tail("x".repeat(131_072)) }));

    const outcomes = await sink.publish(results, soon());

    expect(outcomes).toEqual(results.map(() => undefined));
    expect(byId(await received())).toEqual(byId(results));
  });

  test("takes every character that a result may hold", async () => {
    const { sink, received } = await open();
    const plain = aResult();
    const strange = {
      ...plain,
      data: { ...plain.data, name: "\u{1f600} \uffff \ufffe \ud800 ä\n" },
    };

    const outcomes = await sink.publish([strange], soon());

    expect(outcomes).toEqual([undefined]);
    expect(await received()).toEqual([strange]);
  });

  test("publishes the neighbours of a result that fits into no message", async () => {
    const { sink, received } = await open();
    const [first, last] = [aResult(), aResult()];
    const endless = { ...aResult(), subject: "x".repeat(1_048_576) };

    const outcomes = await sink.publish([first, endless, last], soon());

    expect(outcomes).toMatchObject([undefined, { code: "Invalid", retryable: false }, undefined]);
    expect(byId(await received())).toEqual(byId([first, last]));
  });

  test("shortens a result that is longer than a message, and keeps its end", async () => {
    const { sink, received } = await open();
    const { data, ...rest } = aResult();
    const long = { ...rest, data: { ...data, logs: tail(`${"x".repeat(1_100_000)}the end`) } };

    const outcomes = await sink.publish([long, aResult()], soon());

    const [kept] = (await received()).filter(({ id }) => id === long.id);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(kept?.data.logs).toMatchObject({ truncated: true });
    expect(kept?.data.logs?.tail.slice(-10)).toBe("xxxthe end");
    expect(kept?.data.logs?.tail.length).toBeGreaterThan(1_000_000);
  });

  test("shortens a result further where the queue's own limit is lower", async () => {
    const { sink, received } = await open({ MaximumMessageSize: "2048" });
    const long = aResult({ logs: tail("x".repeat(16_384)) });

    const outcomes = await sink.publish([long, aResult()], soon());

    const [kept] = (await received()).filter(({ id }) => id === long.id);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(kept?.data.state).toBe("completed");
  });

  test("says state, type and status code in attributes, for filters", async () => {
    const { queueUrl, sink } = await open();

    await sink.publish([aResult({ state: "failed", status_code: 3 })], soon());

    const [message] = await receiveAll(server.client, queueUrl, ["s*", "status_code", "state"]);
    expect(message?.MessageAttributes).toMatchObject({
      state: { DataType: "String", StringValue: "failed" },
      status_code: { DataType: "Number", StringValue: "3" },
    });
    expect(Object.keys(message?.MessageAttributes ?? {})).not.toContain("type");
  });

  test("leaves out the attributes of what is not known", async () => {
    const { queueUrl, sink } = await open();

    await sink.publish([aResult({ state: "rejected", status_code: null, type: null })], soon());

    const [message] = await receiveAll(server.client, queueUrl);
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(["state"]);
  });

  test("groups by run and drops copies where the queue is a FIFO one", async () => {
    const { queueUrl, sink } = await open({ FifoQueue: "true" });
    const result = aResult({ id: "run 1: ü" });
    const other = aResult({ id: "run-2" });

    await sink.publish([result, other], soon());
    await sink.publish([result], soon());

    const messages = await receiveAll(server.client, queueUrl);
    expect(messages.map(({ Attributes }) => Attributes?.MessageDeduplicationId).sort()).toEqual(
      [result.id, other.id].sort(),
    );
    expect(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).toContain("run-2");
  });

  test("says that a queue which is not there may be there later", async () => {
    const { queueUrl } = await open();
    const sink = createSqsResultSink({ client: server.sqs, queueUrl: `${queueUrl}-not` });

    const outcomes = await sink.publish([aResult(), aResult()], soon());

    expect(outcomes).toMatchObject([
      { code: "ConfigError", retryable: true },
      { code: "ConfigError", retryable: true },
    ]);
  });

  test("says that a call which is cut off may succeed later", async () => {
    const { sink } = await open();

    const outcomes = await sink.publish([aResult()], AbortSignal.abort());

    expect(outcomes).toMatchObject([{ code: "EngineLost", retryable: true }]);
  });
});

const tail = (text: string) => ({ tail: text, truncated: false });

const byId = (results: readonly Result[]) =>
  [...results].sort((one, other) => one.id.localeCompare(other.id));
