import { describe, expect, test } from "vitest";
import { createClient } from "../../../../lib/backends/kubernetes/api/client.ts";
import { listPages } from "../../../../lib/backends/kubernetes/api/pages.ts";
import { watchJobs } from "../../../../lib/backends/kubernetes/api/watch.ts";
import {
  anonymous,
  bearer,
  type CredentialsSource,
  createCredentialsSource,
} from "../../../../lib/backends/kubernetes/connect/connection.ts";
import { createNews } from "../../../../lib/backends/kubernetes/look/news.ts";
import { sendJson, startAnsweringServer } from "../../../support/answering-server.ts";

type Answer = Parameters<typeof startAnsweringServer>[0];

async function connected(answer: Answer, credentials: CredentialsSource = anonymous) {
  const server = await startAnsweringServer(answer);
  const client = createClient({ server: server.url, tls: {}, credentials });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const signal = AbortSignal.timeout(20_000);
const page = (items: number[], token?: string) => ({
  metadata: { resourceVersion: "5", ...(token ? { continue: token } : {}) },
  items,
});
const tokenOf = (url: string) => new URL(url, "http://x").searchParams.get("continue");

describe("a list in pages", () => {
  const collect = async (answer: Answer) => {
    await using to = await connected(answer);
    const items: number[] = [];
    for await (const { body } of listPages<number>(to.client, "/jobs", {}, signal))
      items.push(...body.items);
    return items;
  };

  test("is read to its end", async () => {
    const items = await collect(({ url }, response) =>
      sendJson(response, 200, tokenOf(url) ? page([3]) : page([1, 2], "next")),
    );

    expect(items).toEqual([1, 2, 3]);
  });

  test("is begun again where its continue token has expired, so that nothing is missed", async () => {
    let expired = false;
    const items = await collect(({ url }, response) => {
      if (!tokenOf(url)) return sendJson(response, 200, page([1, 2], "next"));
      if (expired) return sendJson(response, 200, page([3]));
      expired = true;
      sendJson(response, 410, { kind: "Status", reason: "Expired" });
    });

    expect(items).toEqual([1, 2, 1, 2, 3]);
  });

  test("goes on where it was once its token, which ran out between two pages, is renewed", async () => {
    const tokens = ["old", "new"];
    const source = createCredentialsSource(async () => bearer(tokens.shift() ?? ""), 60_000);
    await using to = await connected(({ url, headers }, response) => {
      if (!tokenOf(url)) sendJson(response, 200, page([1, 2], "next"));
      else if (headers.authorization === "Bearer new") sendJson(response, 200, page([3]));
      else sendJson(response, 401, { kind: "Status" });
    }, source);

    const items: number[] = [];
    for await (const { body } of listPages<number>(to.client, "/jobs", {}, signal))
      items.push(...body.items);

    expect(items).toEqual([1, 2, 3]);
    expect(to.server.asked.map(({ url }) => tokenOf(url))).toEqual([null, "next", "next"]);
  });

  test.each([
    ["a token that always expires", 410],
    ["rights that are withdrawn on the way", 403],
    ["credentials that end on the way", 401],
    ["a server that fails on the way", 500],
  ])("fails as a whole with %s", async (_, status) => {
    const reading = collect(({ url }, response) =>
      tokenOf(url)
        ? sendJson(response, status, { kind: "Status" })
        : sendJson(response, 200, page([1], "next")),
    );

    await expect(reading).rejects.toMatchObject({ statusCode: status });
  });
});

describe("a watch", () => {
  const job = (version: string) => ({ metadata: { uid: "u", resourceVersion: version } });
  const read = async (events: readonly unknown[]) => {
    await using to = await connected((_, response) => {
      response.end(`${events.map((event) => JSON.stringify(event)).join("\n")}\n`);
    });
    const news = [];
    for await (const one of watchJobs(to.client, "/jobs", "a=b", "1", signal)) news.push(one);
    return { news, asked: to.server.asked };
  };

  test("brings what changed and where to go on from", async () => {
    const { news, asked } = await read([
      { type: "ADDED", object: job("2") },
      { type: "BOOKMARK", object: job("3") },
      { type: "DELETED", object: job("4") },
    ]);

    expect(news).toEqual([
      { object: job("2"), version: "2" },
      { object: undefined, version: "3" },
      { object: undefined, version: "4" },
    ]);
    expect(asked[0]?.url).toContain("resourceVersion=1");
  });

  test("fails where its version is too old, though the server says 200", async () => {
    const reading = read([{ type: "ERROR", object: { code: 410, message: "too old" } }]);

    await expect(reading).rejects.toMatchObject({ statusCode: 410 });
  });
});

describe("news", () => {
  test("are the newest of each for a reader that comes late", async () => {
    const stop = new AbortController();
    const news = createNews<string, string>();
    news.put("a", "a1");
    news.put("b", "b1");
    news.put("a", "a2");

    const batches = news.batches(stop.signal);

    expect((await batches.next()).value).toEqual(["a2", "b1"]);
    stop.abort();
    expect((await batches.next()).done).toBe(true);
  });

  test("wake a reader that waits", async () => {
    const news = createNews<string, string>();
    const first = news.batches(signal).next();

    news.put("a", "a1");

    expect((await first).value).toEqual(["a1"]);
  });
});
