import { defineCommand } from "../command.ts";
import { queueOptions } from "../queue-options.ts";

/** Where ElasticMQ listens, too: the port that people know for an SQS on their own machine. */
const USUAL_PORT = 9324;

export const devCommand = defineCommand({
  line: "dev",
  describe: "Serve a queue on this machine: start its requests, publish their results",
  examples: [
    ["$0 dev", "on queues of its own, which survive a restart"],
    ["$0 dev --queue-url https://sqs… --results-url https://sqs…", "self-hosted, on queues of AWS"],
    ["AWS_ENDPOINT_URL=http://localhost:4566 $0 dev --queue-url …", "on any SQS server"],
  ],
  options: (yargs) =>
    queueOptions(yargs)
      .option("port", {
        type: "number",
        default: USUAL_PORT,
        requiresArg: true,
        describe: "Port of its own queue on 127.0.0.1; 0: any free one",
      })
      .option("fifo", { type: "boolean", default: false, describe: "Its own queues keep order" }),
  act: async (options, terminal) => (await import("../actions/dev.ts")).dev(options, terminal),
});
