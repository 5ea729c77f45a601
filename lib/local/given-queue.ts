import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { createSqs } from "../queues/sqs.ts";
import { toQueueError } from "../queues/sqs-errors.ts";
import type { SqsQueue } from "../queues/sqs-queue.ts";
import { quote } from "../runs/quote.ts";
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
  const sqs = createSqs(env);
  try {
    const queue = { client: sqs.clientOf(requests), queueUrl: requests };
    const policy = await redrivePolicyOf(queue);
    return {
      sqs,
      urls: { requests, results, deadLetters: policy && (await urlOf(queue, policy.arn)) },
      maxReceiveCount: policy?.maxReceiveCount ?? Number.POSITIVE_INFINITY,
      releasePolls: () => undefined,
      stop: async () => sqs.destroy(),
    };
  } catch (error) {
    sqs.destroy();
    throw toQueueError(error, `describe ${quote(requests, [], "path")}`);
  }
}

async function redrivePolicyOf({ client, queueUrl }: SqsQueue) {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  if (!Attributes?.RedrivePolicy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(Attributes.RedrivePolicy);
  return { arn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
}

/** Dead letters are in the same region. Only their owner's account may be asked: `arn:aws:sqs:REGION:ACCOUNT:NAME`. */
async function urlOf({ client }: SqsQueue, arn: string): Promise<string | undefined> {
  const [, , , , account, name] = arn.split(":");
  const { QueueUrl } = await client.send(
    new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
  );
  return QueueUrl;
}
