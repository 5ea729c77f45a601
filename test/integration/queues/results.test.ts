import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { receiveResults } from "../../../lib/local/results.ts";
import { createSqsResultSink } from "../../../lib/queues/sqs-result-sink.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";
import { aResult } from "../../support/results.ts";

const soon = () => AbortSignal.timeout(20_000);

await describeOnQueueServers("waiting for results", (server) => {
  const open = async () => {
    const queueUrl = await server.createQueue();
    const sink = createSqsResultSink({ client: server.sqs, queueUrl });
    const waitFor = (ids: string[], signal = soon()) =>
      receiveResults({
        client: server.sqs,
        queueUrl,
        ids: new Set(ids),
        signal,
        waitSeconds: 1,
      });
    return { queueUrl, sink, waitFor };
  };

  test("yields what comes for its runs until each has its last result", async () => {
    const { queueUrl, sink, waitFor } = await open();
    const expected = [
      aResult({ id: "one", state: "submitted", status_code: null }),
      aResult({ id: "one", state: "completed" }),
      aResult({ id: "two", state: "failed", status_code: 1 }),
    ];
    await sink.publish(expected, soon());

    const received = await collect(waitFor(["one", "two"]));

    expect(byId(received)).toEqual(byId(expected));
    expect(await receiveAll(server.client, queueUrl)).toEqual([]);
  });

  test("waits for results that come later", async () => {
    const { sink, waitFor } = await open();
    const waiting = collect(waitFor(["one"]));

    await sink.publish([aResult({ id: "one" })], soon());

    expect(await waiting).toHaveLength(1);
  });

  test("yields a result that was published twice once, and takes both off the queue", async () => {
    const { queueUrl, sink, waitFor } = await open();
    const submitted = aResult({ id: "one", state: "submitted" });
    await sink.publish([submitted, submitted, submitted], soon());
    await sink.publish([aResult({ id: "one" })], soon());

    const received = await collect(waitFor(["one"]));

    expect(received.map(({ data }) => data.state).sort()).toEqual(["completed", "submitted"]);
    const rest = await receiveAll(server.client, queueUrl);
    expect(rest.filter(({ Body }) => Body?.includes("completed"))).toEqual([]);
  });

  test("leaves to others what is theirs", async () => {
    const { queueUrl, sink, waitFor } = await open();
    const theirs = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "not ours" });
    await server.client.send(theirs);
    await sink.publish([aResult({ id: "other" }), aResult({ id: "one" })], soon());

    const received = await collect(waitFor(["one"]));

    expect(received.map(({ subject }) => subject)).toEqual(["one"]);
    await expect
      .poll(() => receiveAll(server.client, queueUrl), { timeout: 15_000 })
      .toHaveLength(2);
  });

  test("keeps what was yielded off the queue when its receiver stops there", async () => {
    const { queueUrl, sink, waitFor } = await open();
    await sink.publish([aResult({ id: "one", state: "submitted" })], soon());

    for await (const result of waitFor(["one"])) if (result) break;

    await server.client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "the only one" }),
    );
    expect((await receiveAll(server.client, queueUrl)).map(({ Body }) => Body)).toEqual([
      "the only one",
    ]);
  });

  test("ends without a result when the signal aborts", async () => {
    const { waitFor } = await open();

    expect(await collect(waitFor(["one"], AbortSignal.timeout(200)))).toEqual([]);
  });

  test("says that the queue does not answer", async () => {
    const { queueUrl } = await open();
    const results = receiveResults({
      client: server.sqs,
      queueUrl: `${queueUrl}-not`,
      ids: new Set(["one"]),
      signal: soon(),
    });

    await expect(collect(results)).rejects.toMatchObject({ code: "ConfigError" });
  });
});

async function collect(results: AsyncIterable<Result>): Promise<Result[]> {
  const all: Result[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const byId = (results: readonly Result[]) =>
  [...results].sort((one, other) => one.id.localeCompare(other.id));
