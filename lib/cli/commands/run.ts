import { defineCommand } from "../command.ts";
import { queueOptions } from "../queue-options.ts";
import { requestOptions, toRequestOptions } from "../request-options.ts";

export const runCommand = defineCommand({
  line: "run [file]",
  describe: "Run a request from message to result, show its output, end with its exit code",
  examples: [
    ["$0 run examples/hello.yaml", "a file"],
    ["$0 run -- echo hi", "a command, as a process of this machine"],
    ["$0 run --image alpine:3 -- echo hi", "the same in a container"],
    ["cat request.json | $0 run - --json", "from stdin, its results as JSON lines"],
  ],
  options: (yargs) => queueOptions(requestOptions(yargs)),
  act: async (options, terminal) => {
    const { run } = await import("../actions/run.ts");
    return run({ ...options, ...toRequestOptions(options) }, terminal);
  },
});
