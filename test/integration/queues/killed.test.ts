import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { afterEach, expect, test, vi } from "vitest";
import { describeOnQueueServers, type QueueServer } from "../../support/queue-servers.ts";

const HOLDER = join(import.meta.dirname, "support/holder.ts");
const TEN = [..."abcdefghij"];
const STARTING = { timeout: 60_000, interval: 50 };
/** The promise itself, not a guess of this test's. */
const WITHIN_A_MINUTE = { timeout: 60_000, interval: 50 };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that takes messages and keeps them in hand; what it has taken. */
function startHolder(server: QueueServer, queueUrl: string) {
  const child = spawn(process.execPath, [HOLDER, queueUrl], {
    env: { PATH: process.env.PATH, ...server.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const taken: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => taken.push(JSON.parse(line).body));
  return { child, taken };
}

await describeOnQueueServers("a process that is killed", (server) => {
  test.each([
    ["a queue", {}],
    ["a FIFO queue", { FifoQueue: "true" }],
  ])(
    "gives back within a minute what it had in hand of %s",
    async (_what, attributes) => {
      const queueUrl = await server.createQueue({ VisibilityTimeout: "900", ...attributes });
      const isFifo = queueUrl.endsWith(".fifo");
      const Entries = TEN.map((body) => ({
        Id: body,
        MessageBody: body,
        ...(isFifo ? { MessageGroupId: body, MessageDeduplicationId: body } : {}),
      }));
      const first = startHolder(server, queueUrl);
      await server.client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      await vi.waitFor(() => expect(first.taken.toSorted()).toEqual(TEN), STARTING);

      const next = startHolder(server, queueUrl);
      first.child.kill("SIGKILL");
      await once(first.child, "exit");

      await vi.waitFor(() => expect(next.taken.toSorted()).toEqual(TEN), WITHIN_A_MINUTE);
    },
    150_000,
  );
});
