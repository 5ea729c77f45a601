import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { createSqsClient } from "../../lib/queues/sqs-client.ts";

/** The empty function, sending one message: what a first result costs in the SDK alone. */
const client = createSqsClient(process.env);

export const handler = async () => {
  const Entries = [{ Id: "0", MessageBody: "{}" }];
  return client.send(
    new SendMessageBatchCommand({ QueueUrl: process.env.SLIPWAY_RESULTS_URL, Entries }),
  );
};
