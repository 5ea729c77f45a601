import { expect, test } from "vitest";
import { findGivenQueue } from "../../../lib/local/given-queue.ts";
import { arnOf, describeOnQueueServers } from "../../support/queue-servers.ts";

await describeOnQueueServers("a queue that is there already", (server) => {
  test("says by itself where its dead letters go, and after how many receipts", async () => {
    const dead = await server.createQueue();
    const requests = await server.createQueue({
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await arnOf(server.client, dead),
        maxReceiveCount: 4,
      }),
    });

    const place = await findGivenQueue({ env: server.env, requests, results: "results" });

    expect(place).toMatchObject({ maxReceiveCount: 4, urls: { requests, results: "results" } });
    expect(place.urls.deadLetters?.split("/").at(-1)).toBe(dead.split("/").at(-1));
  });

  test("may have no dead letters", async () => {
    const requests = await server.createQueue();

    const place = await findGivenQueue({ env: server.env, requests, results: undefined });

    expect(place.urls.deadLetters).toBeUndefined();
    expect(place.maxReceiveCount).toBe(Number.POSITIVE_INFINITY);
  });

  test("is missed by its URL", async () => {
    const requests = `${await server.createQueue()}-not`;

    await expect(
      findGivenQueue({ env: server.env, requests, results: undefined }),
    ).rejects.toMatchObject({ code: "ConfigError", message: expect.stringContaining(requests) });
  });
});
