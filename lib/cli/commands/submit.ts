import { defineCommand } from "../command.ts";
import { queueOptions } from "../queue-options.ts";
import { requestOptions, toRequestOptions } from "../request-options.ts";

export const submitCommand = defineCommand({
  line: "submit [file]",
  describe: "Send requests to a queue and print their ids",
  examples: [
    ["$0 submit examples/hello.yaml", "to the queue of a running slipway dev"],
    ["$0 submit --queue-url https://sqs… job.yaml", "to a queue of AWS"],
    ["$0 submit --set id=nightly-7 job.yaml", "under an id of one's own"],
  ],
  options: (yargs) => queueOptions(requestOptions(yargs)),
  act: async (options, terminal) => {
    const { submit } = await import("../actions/submit.ts");
    return submit({ ...options, ...toRequestOptions(options) }, terminal);
  },
});
