import { defineCommand } from "../command.ts";
import { queueOptions } from "../queue-options.ts";

export const watchCommand = defineCommand({
  line: "watch",
  describe: "Look at every engine once and publish the results of what has ended",
  examples: [
    ["$0 watch", "results on stdout"],
    [
      "$0 watch --follow --results-url https://sqs…",
      "until Ctrl-C, beside a function that submits",
    ],
  ],
  options: (yargs) =>
    queueOptions(yargs).option("follow", {
      alias: "f",
      type: "boolean",
      default: false,
      describe: "Go on until Ctrl-C",
    }),
  act: async (options, terminal) => (await import("../actions/watch.ts")).watch(options, terminal),
});
