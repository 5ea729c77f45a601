import { defineCommand } from "../command.ts";

export const demoCommand = defineCommand({
  line: "demo",
  describe: "Show three requests on their way: one succeeds, one fails, one is refused",
  examples: [["$0 demo", "needs neither Docker nor a cluster, and leaves nothing behind"]],
  options: (yargs) => yargs,
  act: async (_options, terminal) => (await import("../actions/demo.ts")).demo(terminal),
});
