import { createSqsClient, type SqsClient } from "../queues/sqs-client.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import type { QueuePlace } from "./queue-place.ts";

interface Given {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly requests: string;
  /** stdout where undefined. */
  readonly results: string | undefined;
}

/**
 * Queues that are there already, on AWS or on any server that `AWS_ENDPOINT_URL` names. The dead letters and the number
 * of receipts are read from the requests queue's own redrive policy.
 */
export async function findGivenQueue({ env, requests, results }: Given): Promise<QueuePlace> {
  const client = createSqsClient(env);
  try {
    const policy = await redrivePolicyOf(client, requests);
    return {
      env,
      urls: { requests, results, deadLetters: policy && (await urlOf(client, policy.arn)) },
      maxReceiveCount: policy?.maxReceiveCount ?? Number.POSITIVE_INFINITY,
      releasePolls: () => undefined,
      stop: async () => undefined,
    };
  } catch (error) {
    throw toQueueError(error, `describe ${requests}`);
  } finally {
    client.destroy();
  }
}

async function redrivePolicyOf(client: SqsClient, queueUrl: string) {
  const { Attributes } = await client.call("GetQueueAttributes", {
    QueueUrl: queueUrl,
    AttributeNames: ["All"],
  });
  if (!Attributes?.RedrivePolicy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(Attributes.RedrivePolicy);
  return { arn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
}

/** Only its owner's account may be asked for it: `arn:aws:sqs:REGION:ACCOUNT:NAME`. */
async function urlOf(client: SqsClient, arn: string): Promise<string | undefined> {
  const [, , , , account, name] = arn.split(":");
  const { QueueUrl } = await client.call("GetQueueUrl", {
    QueueName: name,
    QueueOwnerAWSAccountId: account,
  });
  return QueueUrl;
}
