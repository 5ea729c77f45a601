import { defineCommand } from "../command.ts";
import { requestOptions, toRequestOptions } from "../request-options.ts";

export const previewCommand = defineCommand({
  line: "preview [file]",
  describe: "Show exactly what a run would send to its engine, without asking any engine",
  examples: [
    ["$0 preview examples/hello.yaml", "the shell command of a process"],
    ["$0 preview examples/kubernetes-job.yaml", "the Job's manifest"],
    ["$0 preview --image alpine:3 -- echo hi", "the body of a container's create request"],
  ],
  options: requestOptions,
  act: async (options, terminal) => {
    const { preview } = await import("../actions/preview.ts");
    return preview({ ...options, ...toRequestOptions(options) }, terminal);
  },
});
