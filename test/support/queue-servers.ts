import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe } from "vitest";
import { startEmbeddedQueue } from "../../lib/local/embedded-queue.ts";
import { createSqs, type Sqs } from "../../lib/queues/sqs.ts";
import { RECEIVE_EVERYTHING } from "../../lib/queues/sqs-message.ts";
import { startElasticMq } from "./elasticmq.ts";
import { describeWithEngine } from "./engines.ts";
import { createSdkClient } from "./sdk-client.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface QueueServer {
  readonly env: Environment;
  /** The AWS SDK's, as it comes. */
  readonly client: SQSClient;
  /** The same as ours sets it up. */
  readonly sqs: SQSClient;
  /** A queue of its own for a test; `fifo` by its attributes. Its URL. */
  createQueue(attributes?: Record<string, string>): Promise<string>;
}

/** One suite on both servers: what they agree on is likely to be what AWS does. */
export async function describeOnQueueServers(
  title: string,
  suite: (server: QueueServer) => void,
): Promise<void> {
  describe(`${title}, on the embedded server`, () => {
    suite(
      serverOf(async () => {
        const queue = await startEmbeddedQueue();
        return { env: queue.env, stop: queue.stop };
      }),
    );
  });
  await describeWithEngine("elasticmq", `${title}, on ElasticMQ`, () => {
    suite(
      serverOf(async () => {
        const { endpoint, stop } = await startElasticMq();
        return { env: { AWS_ENDPOINT_URL_SQS: endpoint }, stop };
      }),
    );
  });
}

interface Started {
  readonly env: Environment;
  stop(): Promise<void>;
}

let count = 0;

function serverOf(start: () => Promise<Started>): QueueServer {
  let started: Started | undefined;
  let client: SQSClient | undefined;
  let sqs: Sqs | undefined;
  beforeAll(async () => {
    started = await start();
    client = createSdkClient(started.env);
    sqs = createSqs(started.env);
  }, 360_000);
  afterAll(async () => {
    client?.destroy();
    sqs?.destroy();
    await started?.stop();
  });
  return {
    get env() {
      return existing(started).env;
    },
    get client() {
      return existing(client);
    },
    get sqs() {
      return existing(sqs).clientOf("");
    },
    async createQueue(attributes = {}) {
      const suffix = attributes.FifoQueue === "true" ? ".fifo" : "";
      const QueueName = `test-${process.pid}-${count++}${suffix}`;
      const command = new CreateQueueCommand({ QueueName, Attributes: attributes });
      const { QueueUrl } = await existing(client).send(command);
      return existing(QueueUrl);
    },
  };
}

function existing<T>(it: T | undefined): T {
  if (it === undefined) throw new Error("the queue server has not been started");
  return it;
}

/** Everything that is visible now. */
export async function receiveAll(client: SQSClient, queueUrl: string, attributes = ["All"]) {
  const received = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        ...RECEIVE_EVERYTHING,
        MessageAttributeNames: attributes,
      }),
    );
    if (Messages.length === 0) return received;
    received.push(...Messages);
  }
}

export async function arnOf(client: SQSClient, queueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: ["QueueArn"],
  });
  const { Attributes } = await client.send(command);
  return existing(Attributes?.QueueArn);
}
