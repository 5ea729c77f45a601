import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

/** The empty function, sending one message: what a first result costs with the SDK's own client. */
const endpoint = process.env.AWS_ENDPOINT_URL_SQS ?? "";
const client = new SQSClient({ region: "eu-west-1", endpoint, useQueueUrlAsEndpoint: false });

export const handler = async () => {
  const Entries = [{ Id: "0", MessageBody: "{}" }];
  return client.send(
    new SendMessageBatchCommand({ QueueUrl: process.env.SLIPWAY_RESULTS_URL, Entries }),
  );
};
