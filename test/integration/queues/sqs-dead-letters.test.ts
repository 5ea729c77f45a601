import { describe, expect, test } from "vitest";
import type { RequestMessage } from "../../../lib/queues/request-queue.ts";
import { createSqsDeadLetterQueue } from "../../../lib/queues/sqs-dead-letter-queue.ts";
import { createSqsRequestSender } from "../../../lib/queues/sqs-request-sender.ts";
import { aMessage } from "../../support/messages.ts";
import { describeOnQueueServers, type QueueServer } from "../../support/queue-servers.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const within = () => AbortSignal.timeout(20_000);

await describeOnQueueServers("dead letters", (server) => {
  describe.each([
    ["a standard queue", {}],
    ["a FIFO queue", { FifoQueue: "true" }],
  ])("on %s", (_, attributes) => {
    test("carry the reason and the trace, and the body as it was", async () => {
      const { letters } = await aQueue(server, attributes);
      const message = aMessage({
        body: BODY,
        attributes: { traceparent: TRACEPARENT, other: "x" },
      });

      await letters.add(message, "the engine was down\u0000\uFFFE", within());

      const [letter] = await letters.receive(10, within());
      expect(letter).toMatchObject({
        body: BODY,
        attributes: { traceparent: TRACEPARENT, reason: "the engine was down\uFFFD\uFFFD" },
      });
    });

    test("are seen by others as soon as they are released", async () => {
      const { letters } = await aQueue(server, attributes);
      await letters.add(aMessage({ body: BODY }), "because", within());
      const [held] = await letters.receive(10, within());

      const whileHeld = await letters.receive(10, within());
      await letters.release(held as RequestMessage);
      const afterwards = await letters.receive(10, within());

      expect([whileHeld.length, afterwards.length]).toEqual([0, 1]);
    });

    test("go back to the requests as new messages, without the reason", async () => {
      const { letters } = await aQueue(server, attributes);
      const requests = await aQueue(server, attributes);
      await letters.add(
        aMessage({ body: BODY, attributes: { traceparent: TRACEPARENT } }),
        "because",
        within(),
      );
      const [letter] = await letters.receive(10, within());

      await requests.sender.send(letter as RequestMessage, within());

      const [again] = await requests.letters.receive(10, within());
      expect(again).toMatchObject({
        body: BODY,
        receiveCount: 1,
        attributes: { traceparent: TRACEPARENT },
      });
      expect(again?.attributes).not.toHaveProperty("reason");
    });
  });

  test("releasing what is gone is fine", async () => {
    const { letters } = await aQueue(server, {});
    await letters.add(aMessage({ body: BODY }), "because", within());
    const [letter] = await letters.receive(10, within());
    await letters.delete(letter as RequestMessage);

    await expect(letters.release(letter as RequestMessage)).resolves.toBeUndefined();
  });

  test("a dead letter sent twice by mistake is kept once on a FIFO queue", async () => {
    const { letters } = await aQueue(server, { FifoQueue: "true" });
    const message = aMessage({ body: BODY });

    await letters.add(message, "because", within());
    await letters.add(message, "because", within());

    expect(await letters.receive(10, within())).toHaveLength(1);
  });
});

const BODY = JSON.stringify({ id: "r1", infrastructure: "nightly" });

async function aQueue(server: QueueServer, attributes: Record<string, string>) {
  const queue = { client: server.sqs, queueUrl: await server.createQueue(attributes) };
  return { letters: createSqsDeadLetterQueue(queue), sender: createSqsRequestSender(queue) };
}
