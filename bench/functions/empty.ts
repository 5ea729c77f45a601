import { SQSClient } from "@aws-sdk/client-sqs";

/** What any function with a queue must load, and nothing else. */
const client = new SQSClient({ region: "eu-west-1" });

export const handler = async () => ({ loaded: client.config !== undefined });
