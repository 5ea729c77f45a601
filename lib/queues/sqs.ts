import { SQSClient } from "@aws-sdk/client-sqs";
import { maskedErrors, tellingErrors } from "./readable-errors.ts";
import { type Environment, serverOf, sqsConfig } from "./sqs-config.ts";

/** The process's access to SQS: one client of the AWS SDK, and one more for each further server that queues are on. */
export interface Sqs {
  /** The client for calls about this queue: on AWS the queue's region is that of its URL, wherever this process runs. */
  clientOf(queueUrl: string): SQSClient;
  /** Closes the connections that are kept. */
  destroy(): void;
}

export function createSqs(env: Environment): Sqs {
  const clients = new Map<string, SQSClient>();
  return {
    clientOf(queueUrl) {
      const server = serverOf(queueUrl, env);
      const client = clients.get(server) ?? createClient(queueUrl, env);
      clients.set(server, client);
      return client;
    },
    destroy() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function createClient(queueUrl: string, env: Environment): SQSClient {
  const client = new SQSClient(sqsConfig(queueUrl, env));
  client.middlewareStack.use(maskedErrors());
  client.middlewareStack.use(tellingErrors());
  return client;
}
