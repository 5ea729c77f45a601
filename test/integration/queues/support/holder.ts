import { startEventSource } from "../../../../lib/local/event-source.ts";
import { createSqsSource } from "../../../../lib/local/sqs-source.ts";
import { createSqs } from "../../../../lib/queues/sqs.ts";

/** A program that takes messages from the queue it is told, says so on stdout, and never gets done with any of them. */
const [queueUrl = ""] = process.argv.slice(2);
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

startEventSource({
  source: createSqsSource({ client: createSqs(process.env).clientOf(queueUrl), queueUrl }),
  log: { info: () => undefined, warn: say, error: say },
  waitSeconds: 1,
  handler: async ({ Records }) => {
    for (const { body } of Records) say({ body });
    return new Promise(() => undefined);
  },
});
setInterval(() => undefined, 60_000);
