import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleFunction } from "../../../scripts/bundle.ts";
import { sizesOf } from "../../../scripts/bundle-sizes.ts";
import { sendJson, startAnsweringServer } from "../../support/answering-server.ts";
import { listening, portOf, serveSocks, startProxy } from "../../support/proxies.ts";

type Bundled = typeof import("./bundled-kubernetes.ts");

const ROOT = join(import.meta.dirname, "../../..");
let place: string;
let bundled: Bundled;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-bundle-"));
  const source = "test/unit/scripts/bundled-kubernetes.ts";
  await bundleFunction({ root: ROOT, name: "kubernetes", source, out: place });
  const path = join(place, "kubernetes", "index.js");
  bundled = (await import(pathToFileURL(path).href)) as Bundled;
}, 60_000);
afterAll(() => rm(place, { recursive: true, force: true }));

const kubeconfig = (cluster: object, user: object) =>
  JSON.stringify({
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  });

async function ask(cluster: object, user: object = { token: "t" }) {
  const client = await bundled.connect(kubeconfig(cluster, user));
  const signal = AbortSignal.timeout(10_000);
  try {
    const { body } = await client.call<unknown>({ method: "GET", path: "/x", signal });
    let streamed = "";
    for await (const chunk of await client.stream({ method: "GET", path: "/y", signal }))
      streamed += String(chunk);
    return [body, streamed];
  } finally {
    client.close();
  }
}

test("a bundle calls a cluster, directly and through proxies", async () => {
  await using server = await startAnsweringServer((_, response) => sendJson(response, 200, {}));
  await using proxy = await startProxy();
  const tunnels: string[] = [];
  const socks = await listening(createTcpServer((socket) => serveSocks(socket, tunnels)));
  const url = server.url.href;
  const through = (address: string) => ask({ server: url, "proxy-url": address });

  expect(await ask({ server: url })).toEqual([{}, "{}"]);
  expect(await through(`http://127.0.0.1:${proxy.port}`)).toEqual([{ n: 7 }, '{"n":7}']);
  expect(await through(`socks5://127.0.0.1:${portOf(socks)}`)).toEqual([{}, "{}"]);
  expect(tunnels).toContain(server.url.host);
  await expect(
    ask({ server: "https://api.example", "proxy-url": `http://127.0.0.1:${proxy.port}` }),
  ).rejects.toMatchObject({ statusCode: 0 });
  expect(proxy.seen.map(({ method }) => method)).toContain("CONNECT");
  socks.close();
}, 60_000);

test("a bundle runs plugins and knows the other ways to log in", async () => {
  await using server = await startAnsweringServer((_, response) => sendJson(response, 200, {}));
  const cluster = { server: server.url.href };
  const script = `echo '{"status":{"token":"of-the-plugin"}}'`;
  const google = { name: "gcp", config: { "access-token": "of-google" } };
  const azure = { name: "azure", config: { "access-token": "of-azure" } };
  const oidc = { name: "oidc", config: { "id-token": "e30.eyJleHAiOjQwMDAwMDAwMDB9.x" } };

  await ask(cluster, { exec: { command: "/bin/sh", args: ["-c", script] } });
  for (const provider of [google, azure, oidc]) await ask(cluster, { "auth-provider": provider });

  const seen = server.asked.map(({ headers }) => headers.authorization);
  expect([...new Set(seen)]).toEqual([
    "Bearer of-the-plugin",
    "Bearer of-google",
    "Bearer of-azure",
    "Bearer e30.eyJleHAiOjQwMDAwMDAwMDB9.x",
  ]);
});

test("a bundle has of both libraries what is used: a start reads a third of a megabyte at most", async () => {
  const { cold } = await sizesOf(join(place, "kubernetes"));

  expect(cold).toBeLessThan(350_000);
});
