import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { connectEngine } from "../../../../lib/backends/docker/api/engine.ts";
import { createPuller } from "../../../../lib/backends/docker/image/pull.ts";
import { parseImageReference } from "../../../../lib/runs/image-reference.ts";

const secrets = { resolve: async (secret: { reveal(): string }) => secret.reveal() };
const VERSION = '{"Version":"28.5.2","ApiVersion":"1.51"}';
const FIRST = '{"status":"Pulling fs layer","id":"a"}\n';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

/** Pulls from an engine whose answer, with status 200, is what `pull` writes. */
async function pullFrom(pull: (response: http.ServerResponse) => void): Promise<void> {
  const server = http.createServer((request, response) =>
    request.url === "/version" ? response.end(VERSION) : pull(response),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const address = { kind: "tcp", host: "127.0.0.1", port } as const;
  const host = { address, tls: undefined, sshKey: undefined, sshHostKey: undefined };
  const engine = await connectEngine(host, secrets);
  closing.push(
    () => engine.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const image = parseImageReference("registry.test/etl:1");
  const signal = new AbortController().signal;
  const job = { engine, image, platform: undefined, credentials: undefined, signal };
  await createPuller({ secrets }).pull(job);
}

test.each<[string, (response: http.ServerResponse) => void, object]>([
  [
    "a failure in a line of it",
    (response) => response.end(`${FIRST}{"error":"manifest unknown"}\n`),
    { code: "ImageNotFound", retryable: false },
  ],
  [
    "a failure in detail, and more lines after it",
    (response) => response.end(`{"errorDetail":{"message":"no space left"}}\n${FIRST}`),
    { code: "EngineLost", retryable: true },
  ],
  [
    "a connection that breaks",
    (response) => response.writeHead(200).write(FIRST, () => response.destroy()),
    { retryable: true, message: "the pull of registry.test/etl:1 broke off" },
  ],
])("a pull that began well fails by %s", async (_title, pull, error) => {
  await expect(pullFrom(pull)).rejects.toMatchObject(error);
});

test("a pull whose lines tell of no failure has succeeded", async () => {
  await expect(pullFrom((response) => response.end(FIRST))).resolves.toBeUndefined();
});
