import { defineCommand } from "../command.ts";

export const statusCommand = defineCommand({
  line: "status <id>",
  describe: "Show how a run stands, asked of its engine",
  examples: [
    ["$0 status demo-greeting", "state, cause and times"],
    ["$0 status demo-greeting --json", "the same for a script"],
  ],
  options: (yargs) =>
    yargs.positional("id", { type: "string", demandOption: true, describe: "The run's id" }),
  act: async (options, terminal) =>
    (await import("../actions/status.ts")).status(options, terminal),
});
