import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../../../lib/backends/kubernetes/api/client.ts";
import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";
import { createCertificates } from "../../../integration/docker/support/certificates.ts";
import { sendJson, startAnsweringServer } from "../../../support/answering-server.ts";
import { listening, portOf, serveSocks, startProxy } from "../../../support/proxies.ts";

let place: string;
let certificates: string;
let others: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-transport-"));
  certificates = await createCertificates(join(place, "one"));
  others = await createCertificates(join(place, "two"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const pem = (folder: string, name: string) => readFile(join(folder, name), "utf8");
interface Call {
  readonly url: string;
  /** What the client's certificate was, if it showed one. */
  readonly fingerprint: string | undefined;
  readonly socket: unknown;
}

/** An API server with TLS that takes the calls that `accept` is content with. */
async function startTlsServer(accept: (call: Call) => boolean = () => true) {
  const calls: Call[] = [];
  const server = createServer(
    {
      key: await pem(certificates, "server-key.pem"),
      cert: await pem(certificates, "server.pem"),
      ca: [await pem(certificates, "ca.pem"), await pem(others, "ca.pem")],
      requestCert: true,
      rejectUnauthorized: false,
    },
    ({ url = "", socket }, response) => {
      const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
      calls.push({ url, fingerprint: fingerprint256, socket });
      const isFine = accept({ url, fingerprint: fingerprint256, socket });
      sendJson(response, isFine ? 200 : 401, isFine ? { n: calls.length } : { kind: "Status" });
    },
  );
  await listening(server);
  return {
    calls,
    url: `https://127.0.0.1:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function clientOf(cluster: Readonly<Record<string, unknown>>, user: object = { token: "t" }) {
  const connection = await connectByKubeconfig({
    title: "of the test",
    text: JSON.stringify({
      "current-context": "x",
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user }],
    }),
  });
  const client = createClient(connection);
  return {
    client,
    get: (path = "/x") =>
      client.call<{ n: number }>({ method: "GET", path, signal: AbortSignal.timeout(10_000) }),
    [Symbol.dispose]: () => client.close(),
  };
}

const authority = async () => ({
  "certificate-authority-data": base64(await pem(certificates, "ca.pem")),
});

describe("a call with TLS", () => {
  test("is for the server that the cluster's own authority vouches for", async () => {
    await using server = await startTlsServer();
    using to = await clientOf({ server: server.url, ...(await authority()) });
    using astray = await clientOf({
      server: server.url,
      "certificate-authority-data": base64(await pem(others, "ca.pem")),
    });

    expect((await to.get()).body.n).toBe(1);
    await expect(astray.get()).rejects.toMatchObject({
      statusCode: 0,
      cause: { code: expect.stringMatching(/CERT|SIGNATURE/) },
    });
    expect(server.calls).toHaveLength(1);
  });

  test("shows the name that the kubeconfig gives to the server", async () => {
    await using server = await startTlsServer();
    const cluster = { server: server.url, ...(await authority()) };
    using to = await clientOf({ ...cluster, "tls-server-name": "localhost" });
    using astray = await clientOf({ ...cluster, "tls-server-name": "elsewhere.example" });

    await to.get();
    await expect(astray.get()).rejects.toMatchObject({
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
  });

  test("takes new connections with the client certificate that a plugin has renewed", async () => {
    const asked = join(place, "asked");
    for (const [name, folder] of [
      ["1", certificates],
      ["2", others],
    ] as const) {
      const status = {
        clientCertificateData: await pem(folder, "cert.pem"),
        clientKeyData: await pem(folder, "key.pem"),
      };
      await writeFile(join(place, `credential-${name}`), JSON.stringify({ status }));
    }
    const script = `echo x >> ${asked}; cat ${place}/credential-$(wc -l < ${asked})`;
    const exec = { command: "/bin/sh", args: ["-c", script] };
    let refused: string | undefined;
    await using server = await startTlsServer(({ fingerprint }) => fingerprint !== refused);
    using to = await clientOf({ server: server.url, ...(await authority()) }, { exec });

    await to.get();
    refused = server.calls[0]?.fingerprint;
    await to.get();
    await to.get();

    const [first, second, third, fourth] = server.calls;
    expect(server.calls).toHaveLength(4);
    expect(first?.fingerprint).toBeDefined();
    expect(second?.fingerprint).toBe(first?.fingerprint);
    expect(third?.fingerprint).toBeDefined();
    expect(third?.fingerprint).not.toBe(first?.fingerprint);
    expect(fourth?.socket).toBe(third?.socket);
  });
});

describe("more calls than connections", () => {
  test("wait for one that is free", async () => {
    await using server = await startTlsServer();
    using to = await clientOf({ server: server.url, ...(await authority()) });

    await Promise.all(Array.from({ length: 150 }, () => to.get()));

    expect(server.calls).toHaveLength(150);
    expect(new Set(server.calls.map(({ socket }) => socket)).size).toBeLessThanOrEqual(64);
  });
});

describe("a proxy", () => {
  test("leads to the cluster, with one tunnel for many calls", async () => {
    await using server = await startTlsServer();
    await using proxy = await startProxy();
    const address = `http://somebody:s3cret@127.0.0.1:${proxy.port}`;
    using to = await clientOf({ server: server.url, "proxy-url": address, ...(await authority()) });

    for (const n of [1, 2, 3]) expect((await to.get()).body.n).toBe(n);

    expect(proxy.seen).toEqual([
      {
        method: "CONNECT",
        url: new URL(server.url).host,
        authorization: `Basic ${base64("somebody:s3cret")}`,
      },
    ]);
  });

  test("leads there over SOCKS too", async () => {
    await using server = await startTlsServer();
    const tunnels: string[] = [];
    const proxy = await listening(createTcpServer((socket) => serveSocks(socket, tunnels)));
    const address = `socks5://127.0.0.1:${portOf(proxy)}`;
    using to = await clientOf({ server: server.url, "proxy-url": address, ...(await authority()) });

    expect((await to.get()).body.n).toBe(1);

    expect(tunnels).toEqual([new URL(server.url).host]);
    proxy.close();
  });

  test("is asked for the whole address where the server has no TLS", async () => {
    await using proxy = await startProxy();
    using to = await clientOf({
      server: "http://api.example:8080/base",
      "proxy-url": `http://127.0.0.1:${proxy.port}`,
    });

    expect((await to.get("/y")).body.n).toBe(7);

    expect(proxy.seen).toMatchObject([{ method: "GET", url: "http://api.example:8080/base/y" }]);
  });

  test("that refuses is named as what refuses, without its password", async () => {
    await using proxy = await startProxy(407);
    using to = await clientOf({
      server: "https://api.example",
      "proxy-url": `http://somebody:s3cret@127.0.0.1:${proxy.port}`,
    });

    const failure = await to.get().catch((error: Error) => error);

    expect(failure).toMatchObject({
      statusCode: 0,
      message: expect.stringMatching(/Proxy response \(407\)/),
    });
    expect(String((failure as Error).message)).not.toContain("s3cret");
  });
});

describe("a stream", () => {
  const open = async (more: object = {}) => {
    const server = await startAnsweringServer((_, response) => {
      response.writeHead(200);
      response.write("a line\n");
    });
    const to = await clientOf({ server: server.url.href });
    const signal = AbortSignal.timeout(10_000);
    const call = { method: "GET", path: "/log", isEndless: true, signal, ...more } as const;
    return { server, to, stream: await to.client.stream(call) };
  };

  test("that falls silent breaks off", async () => {
    const { server, to, stream } = await open({ silenceMs: 300 });
    await using _ = server;
    using __ = to;

    const chunks: string[] = [];
    const reading = (async () => {
      for await (const chunk of stream) chunks.push(String(chunk));
    })();

    await expect(reading).rejects.toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" });
    expect(chunks).toEqual(["a line\n"]);
  });

  test("that nobody reads may break off or be given up", async () => {
    const left = await open();
    const aborted = new AbortController();
    const given = await open({ signal: aborted.signal });

    await left.server[Symbol.asyncDispose]();
    aborted.abort();
    given.stream.destroy();

    await expect.poll(() => [left.stream.destroyed, given.stream.destroyed]).toEqual([true, true]);
    left.to.client.close();
    given.to.client.close();
    await given.server[Symbol.asyncDispose]();
  });
});
