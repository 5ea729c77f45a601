import { execFileSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "vitest";
import {
  type EmbeddedQueue,
  type EmbeddedQueueOptions,
  startEmbeddedQueue,
} from "../../../lib/local/embedded-queue.ts";
import { receiveAll } from "../../support/queue-servers.ts";
import { createSdkClient } from "../../support/sdk-client.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: EmbeddedQueueOptions = {}) {
  const queue = await startEmbeddedQueue(options);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= queue.stop();
    return stopped;
  };
  cleanups.push(stop);
  const client = createSdkClient(queue.env);
  cleanups.push(() => client.destroy());
  return { ...queue, client, stop };
}

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-queue-"));
  cleanups.push(() => rm(directory, { recursive: true }));
  return join(directory, "queue");
}

const send = (client: SQSClient, QueueUrl: string, MessageBody: string) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function receiveOne(client: SQSClient, QueueUrl: string): Promise<Message | undefined> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
  });
  const { Messages = [] } = await client.send(command);
  return Messages[0];
}

const portOf = ({ env }: Pick<EmbeddedQueue, "env">) =>
  Number(new URL(env.AWS_ENDPOINT_URL_SQS ?? "").port);

test("listens on the loopback address and on no other", async () => {
  const queue = await start();
  const others = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ family, internal }) => family === "IPv4" && !internal);

  const answers = await Promise.all(
    ["127.0.0.1", "127.0.0.2", ...others.map(({ address }) => address)].map(async (address) => [
      address,
      await accepts(address, portOf(queue)),
    ]),
  );

  expect(answers.filter(([, answered]) => answered)).toEqual([["127.0.0.1", true]]);
});

test("lets nobody in who does not know its key", async () => {
  const queue = await start();
  const stranger = createSdkClient({ ...queue.env, AWS_ACCESS_KEY_ID: "guessed" });
  cleanups.push(() => stranger.destroy());

  const sending = send(stranger, queue.urls.requests, "{}");

  await expect(sending).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  expect(await receiveAll(queue.client, queue.urls.requests)).toEqual([]);
});

test.each([
  ["a form that a web page posts", { "content-type": "application/x-www-form-urlencoded" }],
  ["a text that a web page posts", { "content-type": "text/plain" }],
  [
    "a call without a key",
    { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues" },
  ],
])("refuses %s", async (_what, headers) => {
  const queue = await start();

  const response = await fetch(queue.env.AWS_ENDPOINT_URL_SQS ?? "", {
    method: "POST",
    headers,
    body: "Action=CreateTopic&Name=x",
  });

  expect(response.status).toBe(403);
});

test("gives a request to the dead letters after its last receipt", async () => {
  const { client, urls } = await start({ maxReceiveCount: 2, visibilitySeconds: 0 });
  await send(client, urls.requests, "hopeless");

  expect((await receiveOne(client, urls.requests))?.Body).toBe("hopeless");
  expect((await receiveOne(client, urls.requests))?.Body).toBe("hopeless");
  expect(await receiveOne(client, urls.requests)).toBeUndefined();

  expect((await receiveOne(client, urls.deadLetters))?.Body).toBe("hopeless");
});

test("offers FIFO queues where they are asked for", async () => {
  const { client, urls } = await start({ fifo: true });
  const message = { QueueUrl: urls.results, MessageBody: "{}", MessageGroupId: "a" };

  await client.send(new SendMessageCommand(message));
  await client.send(new SendMessageCommand(message));

  expect(urls.results).toMatch(/\.fifo$/);
  expect(await receiveAll(client, urls.results)).toHaveLength(1);
});

test("answers waiting polls when it is asked to", async () => {
  const queue = await start();
  const { client, urls } = queue;
  const polling = client.send(
    new ReceiveMessageCommand({ QueueUrl: urls.requests, WaitTimeSeconds: 20 }),
  );
  const releasing = setInterval(() => queue.releasePolls(), 20);
  cleanups.push(() => clearInterval(releasing));

  expect((await polling).Messages).toBeUndefined();
}, 10_000);

test("keeps messages and its key over a restart", async () => {
  const dataDirectory = await aDirectory();
  const first = await start({ dataDirectory });
  await send(first.client, first.urls.requests, "kept");
  await first.stop();

  const second = await start({ dataDirectory });

  expect(second.env.AWS_ACCESS_KEY_ID).toBe(first.env.AWS_ACCESS_KEY_ID);
  expect((await receiveOne(second.client, second.urls.requests))?.Body).toBe("kept");
});

test("delivers at once what was in flight when its process was killed", async () => {
  const dataDirectory = await aDirectory();
  const program = `
    import { startEmbeddedQueue } from "./lib/local/embedded-queue.ts";
    import { createSdkClient } from "./test/support/sdk-client.ts";
    import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
    const { env, urls } = await startEmbeddedQueue({ dataDirectory: ${JSON.stringify(dataDirectory)} });
    const client = createSdkClient(env);
    await client.send(new SendMessageCommand({ QueueUrl: urls.requests, MessageBody: "in flight" }));
    await client.send(new ReceiveMessageCommand({ QueueUrl: urls.requests }));
    process.kill(process.pid, "SIGKILL");`;
  expect(() =>
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: join(import.meta.dirname, "../../.."),
      stdio: "pipe",
    }),
  ).toThrow(expect.objectContaining({ signal: "SIGKILL" }));

  const { client, urls } = await start({ dataDirectory });

  const message = await receiveOne(client, urls.requests);
  expect(message?.Body).toBe("in flight");
  expect(message?.Attributes?.ApproximateReceiveCount).toBe("2");
});

test("keeps a message that is brought back at once where messages are kept", async () => {
  const { client, urls } = await start({ dataDirectory: await aDirectory() });
  await send(client, urls.requests, "again");
  const message = await receiveOne(client, urls.requests);

  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: urls.requests,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );

  expect((await receiveOne(client, urls.requests))?.Body).toBe("again");
});

test("refuses a directory that another one is using", async () => {
  const dataDirectory = await aDirectory();
  await start({ dataDirectory });

  await expect(startEmbeddedQueue({ dataDirectory })).rejects.toMatchObject({
    code: "ConfigError",
    message: expect.stringContaining("another Slipway is using"),
  });
});

test("shows its messages and its key to nobody else on this machine", async () => {
  const dataDirectory = await aDirectory();
  await start({ dataDirectory });

  expect((await stat(dataDirectory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataDirectory, "access-key"))).mode & 0o777).toBe(0o600);
});

test("says which port is taken, and lets go of its directory", async () => {
  const taken = await start();
  const dataDirectory = await aDirectory();

  const starting = startEmbeddedQueue({ dataDirectory, port: portOf(taken) });

  await expect(starting).rejects.toMatchObject({ code: "EADDRINUSE" });
  await start({ dataDirectory });
});

function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 2_000 });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("timeout", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
